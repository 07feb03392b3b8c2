package config

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// regions are the regions with an FC 2.0 endpoint that the SDK names, and a few later ones. A region that is missing
// here is only worth a warning.
var regions = []string{
	"ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-5",
	"ap-southeast-7", "cn-beijing", "cn-chengdu", "cn-guangzhou", "cn-hangzhou", "cn-hangzhou-finance", "cn-heyuan", "cn-hongkong",
	"cn-huhehaote", "cn-north-2-gov-1", "cn-qingdao", "cn-shanghai", "cn-shanghai-finance-1", "cn-shenzhen",
	"cn-wulanchabu", "cn-zhangjiakou", "eu-central-1", "eu-west-1", "me-central-1", "us-east-1", "us-west-1",
}

var (
	regionID  = regexp.MustCompile(`^[a-z]{2}-[a-z0-9-]{1,40}$`)
	accountID = regexp.MustCompile(`^[0-9]{1,32}$`)
	hostPort  = regexp.MustCompile(`^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$`)
)

func (p *parser) connection(c *Config) {
	c.Region, c.AccountID = p.get("region"), p.get("account_id")
	endpoint := p.get("endpoint")
	if c.Region != "" && !regionID.MatchString(c.Region) {
		p.fail("region", "want a region id such as cn-hangzhou")
	}
	if c.AccountID != "" && !accountID.MatchString(c.AccountID) {
		p.fail("account_id", "want the account's number, digits only")
	}
	c.UnknownRegion = c.Region != "" && !slices.Contains(regions, c.Region)
	if endpoint != "" {
		p.endpoint(c, endpoint)
		return
	}
	if c.Region == "" {
		p.fail("region", "required unless endpoint is given")
	}
	if c.AccountID == "" {
		p.fail("account_id", "required unless endpoint is given")
	}
	c.Scheme, c.Host = "https", c.AccountID+"."+c.Region+".fc.aliyuncs.com"
}

func (p *parser) endpoint(c *Config, endpoint string) {
	const want = "want a host or a URL without user, path and query, such as 1234567890123456.cn-hangzhou.fc.aliyuncs.com or http://127.0.0.1:9000"
	if !strings.Contains(endpoint, "://") {
		endpoint = "https://" + endpoint
	}
	u, err := url.Parse(endpoint)
	if err != nil || strings.Contains(u.Host, "..") || tooHigh(u.Port()) || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil || !hostPort.MatchString(u.Host) ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		p.failEndpoint(want)
		return
	}
	c.Scheme, c.Host = u.Scheme, u.Host
}

func tooHigh(port string) bool {
	n, err := strconv.Atoi(port)
	return port != "" && (err != nil || n > 65535)
}

// failEndpoint hides a password or token that was put into the URL.
func (p *parser) failEndpoint(want string) {
	if strings.ContainsAny(p.get("endpoint"), "@?#") {
		p.values.texts["endpoint"] = "…"
	}
	p.fail("endpoint", want)
}
