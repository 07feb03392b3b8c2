package fcsim

import (
	"encoding/base64"
	"math"
	"regexp"
	"strings"
)

// function is a function's LATEST state, or inside a version its frozen one.
type function struct {
	entity
	code     *code
	triggers map[string]*entity // always empty inside a version
}

// code is what a function runs: an archive, an object in a bucket, or nothing for a container image.
type code struct {
	archive        []byte
	checksum       string
	bucket, object string
	behaviour      behaviour
}

func (f *function) frozen() *function {
	return &function{entity: entity{doc: cloneDocument(f.doc), revision: f.revision}, code: f.code}
}

func (svc *service) function(name string) (*function, error) {
	if f, ok := svc.functions[name]; ok {
		return f, nil
	}
	return nil, notFound("FunctionNotFound", "function '%s' of service '%s' does not exist", name, svc.name)
}

// functionAt finds a function as of a version; nil means LATEST.
func (svc *service) functionAt(v *version, name string) (*function, error) {
	if v == nil {
		return svc.function(name)
	}
	if f, ok := v.functions[name]; ok {
		return f, nil
	}
	return nil, notFound("FunctionNotFound", "version '%s' of service '%s' has no function '%s'",
		text(v.doc, "versionId"), svc.name, name)
}

func functionDefaults(d document) document {
	memory, ok := number(d["memorySize"])
	if !ok {
		memory = 128
	}
	defaults := document{
		"description": "", "memorySize": 128, "timeout": 60, "diskSize": 512,
		// the cloud couples cpu to memory in steps of 0.05
		"cpu":      math.Ceil(memory/1536/0.05) * 5 / 100,
		"handler":  "",
		"codeSize": 0, "codeChecksum": "",
		"initializer": "", "initializationTimeout": 3,
		"instanceConcurrency": 1, "instanceType": "e1",
		"environmentVariables": document{}, "layers": []any{},
	}
	if strings.HasPrefix(text(d, "runtime"), "custom") {
		defaults["caPort"] = 9000
	}
	return defaults
}

func (s *store) createFunction(service, wantChecksum string, body document) (result, error) {
	c, err := readCode(body, wantChecksum)
	if err != nil {
		return result{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.lookup(service)
	if err != nil {
		return result{}, err
	}
	name := text(body, "functionName")
	if err := checkName("functionName", name); err != nil {
		return result{}, err
	}
	if err := checkFunction(body); err != nil {
		return result{}, err
	}
	if svc.functions[name] != nil {
		return result{}, conflict("FunctionAlreadyExists", "function '%s' of service '%s' already exists", name, service)
	}
	f := &function{entity: entity{doc: document{}}, triggers: map[string]*entity{}}
	assign(f.doc, without(body, "code"))
	withDefaults(f.doc, functionDefaults(f.doc))
	if err := checkComplete(f.doc, c); err != nil {
		return result{}, err
	}
	s.keepCode(f, c)
	s.born(&f.entity, "functionId")
	svc.functions[name] = f
	return f.result(), nil
}

func (s *store) updateFunction(service, name, ifMatch, wantChecksum string, body document) (result, error) {
	c, err := readCode(body, wantChecksum)
	if err != nil {
		return result{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.lookup(service)
	if err != nil {
		return result{}, err
	}
	f, err := svc.function(name)
	if err != nil {
		return result{}, err
	}
	if err := f.match(ifMatch); err != nil {
		return result{}, err
	}
	if err := checkFunction(body); err != nil {
		return result{}, err
	}
	// fields are replaced whole: a map of environment variables is not merged
	assign(f.doc, without(body, "code", "functionName", "functionId", "createdTime", "codeSize", "codeChecksum"))
	s.keepCode(f, c)
	s.touch(&f.entity)
	return f.result(), nil
}

// keepCode puts new code, if any, under a function.
func (s *store) keepCode(f *function, c *code) {
	if c == nil {
		return
	}
	f.code = c
	f.doc["codeChecksum"] = c.checksum
	f.doc["codeSize"] = len(c.archive)
	s.code[c.checksum] = c
}

var runtimePattern = regexp.MustCompile(`^(nodejs|python|java|php|dotnetcore|go|custom)[A-Za-z0-9.-]*$`)

func checkFunction(body document) error {
	err := wantTexts(body, "runtime", "handler", "description", "initializer", "instanceType")
	if err != nil {
		return err
	}
	if r := text(body, "runtime"); r != "" && !runtimePattern.MatchString(r) {
		return invalid("runtime %q is not supported", r)
	}
	for _, f := range []string{"memorySize", "timeout", "instanceConcurrency", "initializationTimeout"} {
		if v := body[f]; v != nil {
			if n, ok := number(v); !ok || n < 0 || n != math.Trunc(n) {
				return invalid("%s must be a whole number", f)
			}
		}
	}
	return wantObjects(body, "environmentVariables", "customContainerConfig")
}

// checkComplete refuses a new function that could not run.
func checkComplete(d document, c *code) error {
	container := text(d, "runtime") == "custom-container"
	image, _ := d["customContainerConfig"].(map[string]any)
	switch {
	case text(d, "runtime") == "":
		return invalid("runtime is missing")
	case container && text(image, "image") == "":
		return invalid("customContainerConfig.image is missing: the runtime custom-container needs one")
	case !container && c == nil:
		return invalid("code is missing: give code.zipFile or code.ossBucketName and code.ossObjectName")
	case !container && text(d, "handler") == "":
		return invalid("handler is missing")
	}
	return nil
}

var bucketPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)

// readCode takes the code out of a request body; nil means the body holds none.
func readCode(body document, wantChecksum string) (*code, error) {
	if err := wantObjects(body, "code"); err != nil {
		return nil, err
	}
	given, ok := body["code"].(map[string]any)
	if !ok {
		return nil, nil
	}
	if err := wantTexts(given, "zipFile", "ossBucketName", "ossObjectName"); err != nil {
		return nil, err
	}
	c := &code{bucket: text(given, "ossBucketName"), object: text(given, "ossObjectName")}
	switch zipped := text(given, "zipFile"); {
	case zipped != "":
		if err := c.unpack(zipped); err != nil {
			return nil, err
		}
	case bucketPattern.MatchString(c.bucket) && c.object != "":
		c.checksum = checksum([]byte(c.bucket + "/" + c.object)) // there is no bucket to read from
	default:
		return nil, invalid("code must have a zipFile, or a valid ossBucketName and an ossObjectName")
	}
	if wantChecksum != "" && c.archive != nil && wantChecksum != c.checksum {
		return nil, invalid("the code's checksum is %s, but the request announced %s", c.checksum, wantChecksum)
	}
	return c, nil
}

// unpack takes over an uploaded archive and what its directives say.
func (c *code) unpack(zipped string) (err error) {
	if c.archive, err = base64.StdEncoding.DecodeString(zipped); err != nil {
		return invalid("code.zipFile is not base64: %v", err)
	}
	if c.behaviour, err = scan(c.archive); err != nil {
		return invalid("code.zipFile is no zip archive: %v", err)
	}
	c.checksum = checksum(c.archive)
	return nil
}
