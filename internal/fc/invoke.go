package fc

import (
	"context"
	"fmt"

	fcopen "github.com/alibabacloud-go/fc-open-20210406/v2/client"
	util "github.com/alibabacloud-go/tea-utils/v2/service"
)

// Invocation is the answer of a function.
type Invocation struct {
	// Version that served the call; empty where the service does not tell.
	Version string
	// ErrorType is empty when the code returned normally.
	ErrorType string
	Body      []byte
}

// Invoke calls a function through a version or an alias and waits for its answer. An error means that the call itself
// did not work; code that throws is told in the answer.
func (c *V2) Invoke(ctx context.Context, service, function, qualifier string, payload []byte) (Invocation, error) {
	op := operation{name: "InvokeFunction", resource: qualified("function "+function+" of service "+service, qualifier), raw: true}
	var answer Invocation
	_, err := c.once(ctx, op, func(k *fcopen.Client) error {
		resp, err := k.InvokeFunctionWithOptions(&service, &function,
			&fcopen.InvokeFunctionRequest{Qualifier: optional(qualifier), Body: payload},
			&fcopen.InvokeFunctionHeaders{}, &util.RuntimeOptions{})
		if err != nil {
			return fmt.Errorf("invoke: %w", err)
		}
		answer = Invocation{
			Version: header(resp.Headers, "x-fc-invocation-function-version"), ErrorType: header(resp.Headers, "x-fc-error-type"),
			Body: resp.Body,
		}
		return nil
	})
	return answer, err
}

func header(headers map[string]*string, key string) string {
	if v := headers[key]; v != nil {
		return *v
	}
	return ""
}
