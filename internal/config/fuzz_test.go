package config

import (
	"strings"
	"testing"

	"github.com/fc-rollout/fc-rollout/internal/release"
)

// fuzzSecrets are a key as it should be and one that is refused; both share a part that nothing else contains.
var fuzzSecrets = []string{"S3cReTvAlUe", "S3cReT\x01vAlUe"}

const secretPart = "S3cReT"

// Arguments and variables are separated by line breaks. Secrets come from flags, variables and the endpoint's user.
func FuzzReadAndParse(f *testing.F) {
	f.Add("release\n--alias\nprod", "FC_ROLLOUT_SERVICE=shop\nINPUT_FUNCTIONS=hello", true)
	f.Add("--strategy=canaryPlans\n--plans\n10:5m, 30:10m", "FC_ROLLOUT_REGION=cn-hangzhou\nFC_ROLLOUT_ACCOUNT_ID=1\nFC_ROLLOUT_SERVICE=s\nFC_ROLLOUT_FUNCTIONS=f", false)
	f.Add("--access-key-secret", "FC_ROLLOUT_ACCESS_KEY_SECRET=x", true)
	f.Add("--endpoint\nhttp://u:p@h\n-\n--\n---x\n=", "FC_ROLLOUT_=1\nINPUT_ =2\n=\nINPUT_X=\nFC_ROLLOUT_alias=3", true)
	f.Add("relase\nx\n--weight\n20\n--strategy\nCodeDeployDefault.LambdaCanary10Percent5Minutes", "FC_ROLLOUT_WEIGHT=0.5\nFC_ROLLOUT_INTERVAL=1e9", false)
	f.Add("--strategy=canaryWeight\n--weight=99.99\n--endpoint=[::1]:1\n--service=a\n--functions=a,b\n--alias=c", "", true)
	f.Fuzz(func(t *testing.T, args, env string, inAction bool) {
		if strings.Contains(args+env, secretPart) {
			t.Skip()
		}
		words := strings.Split(args, "\n")
		for _, secret := range fuzzSecrets {
			environ := append(strings.Split(env, "\n"), "FC_ROLLOUT_ACCESS_KEY_SECRET="+secret, "INPUT_SECURITY_TOKEN="+secret)
			readAndParse(t, words, environ, inAction)
			readAndParse(t, append([]string{"--access-key-id", secret}, words...), environ, inAction)
			readAndParse(t, append([]string{"--endpoint=http://user:" + secret + "@host"}, words...), environ, inAction)
		}
	})
}

func readAndParse(t *testing.T, args, environ []string, inAction bool) {
	t.Helper()
	c, errs := load(args, environ, inAction)
	for _, err := range errs {
		if strings.Contains(err.Error(), secretPart) {
			t.Fatalf("a secret is shown: %v", err)
		}
	}
	if len(errs) == 0 {
		checkValid(t, c)
	}
}

func checkValid(t *testing.T, c Config) {
	t.Helper()
	target := c.Release.Target
	if target.Service == "" || target.Alias == "" || len(target.Functions) == 0 || c.Host == "" || (c.Scheme != "http" && c.Scheme != "https") {
		t.Fatalf("incomplete without an error: %+v", c)
	}
	if len(c.Release.Schedule) == 0 || c.RetryTimeout < 0 {
		t.Fatalf("no schedule without an error: %+v", c)
	}
	last := release.Weight(0)
	for _, st := range c.Release.Schedule {
		if st.Weight <= last || st.Weight > release.Full || st.Interval < 0 {
			t.Fatalf("schedule %s", c.Release.Schedule)
		}
		last = st.Weight
	}
}
