package rule

import (
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// provider tells the type checker about the objects of an environment, and adapts values when a
// program runs. Objects exist for the checker only; values are plain maps.
type provider struct {
	*types.Registry
	root *node
}

var (
	_ types.Provider = (*provider)(nil)
	_ types.Adapter  = (*provider)(nil)
)

// mark begins the name of an object's type, so that the checker never takes the path for a type.
const mark = "@"

// object returns the node of an object type by its name.
func (p *provider) object(name string) *node {
	path, ok := strings.CutPrefix(name, mark)
	if !ok {
		return nil
	}
	if n := p.root.find(path); n != nil && n.field == nil && n.path == path {
		return n
	}
	return nil
}

// FindStructType implements types.Provider.
func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if p.object(name) != nil {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Registry.FindStructType(name)
}

// FindStructFieldNames implements types.Provider.
func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	if n := p.object(name); n != nil {
		return n.names, true
	}
	return p.Registry.FindStructFieldNames(name)
}

// FindStructFieldType implements types.Provider.
func (p *provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	n := p.object(name)
	if n == nil {
		return p.Registry.FindStructFieldType(name, field)
	}
	if child := n.children[field]; child != nil {
		return &types.FieldType{Type: child.celType()}, true
	}
	return nil, false
}

// NativeToValue implements types.Adapter. A nil is a missing value, so whatever reads it fails and
// its atom is false.
func (p *provider) NativeToValue(v any) ref.Val {
	switch v := v.(type) {
	case nil:
		return types.NewErr("no value")
	case string:
		return types.String(v)
	case ref.Val:
		return v
	case func() any:
		return p.NativeToValue(v())
	case map[string]any:
		return types.NewStringInterfaceMap(p, v)
	case []string:
		return types.NewStringList(p, v)
	case []any:
		return types.NewDynamicList(p, v)
	default:
		return p.Registry.NativeToValue(v)
	}
}

// celType is the type the checker sees for the node.
func (n *node) celType() *cel.Type {
	if n.field != nil {
		return n.field.Type.cel
	}
	return cel.ObjectType(mark + n.path)
}
