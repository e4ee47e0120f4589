package zendesk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// nouns are the fields of tests and actions that hold an id, with what the id is of.
var nouns = map[string]string{"group_id": movedBlueprint + "/group", "brand_id": movedBlueprint + "/brand", "ticket_form_id": movedBlueprint + "/ticket_form",
	"organization_id": movedOrganization, "assignee_id": movedPerson, "requester_id": movedPerson, "follower": movedPerson, "cc": movedPerson,
	"notification_user": movedPerson, "notification_group": movedBlueprint + "/group"}

// notHere refuses a rule that names what is not here: its id there may be somebody else's here.
func notHere(what, theirs string) error {
	return &refusal{http.StatusUnprocessableEntity, fmt.Sprintf("it names %s %s of there, which was not brought over", what, theirs)}
}

// rename turns the source's ids in a rule into ours, wherever a test or an action names one.
func (m *Move) rename(ctx context.Context, v any) error {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			if err := m.rename(ctx, one); err != nil {
				return err
			}
		}
	case map[string]any:
		if err := m.renameOne(ctx, v); err != nil {
			return err
		}
		for _, one := range v {
			if err := m.rename(ctx, one); err != nil {
				return err
			}
		}
	}
	return nil
}

// renameOne turns the ids of one test, action or restriction.
func (m *Move) renameOne(ctx context.Context, v map[string]any) error {
	field, _ := v["field"].(string)
	if id, ok := strings.CutPrefix(field, "custom_fields_"); ok {
		ours, err := m.ours(ctx, movedBlueprint+"/ticket_field", id)
		if err != nil {
			return err
		}
		if ours == 0 {
			return notHere("field", id)
		}
		v["field"] = fmt.Sprintf("custom_fields_%d", ours)
	}
	switch {
	case field == "notification_target":
		return &refusal{http.StatusUnprocessableEntity, "it calls a target, an older sort of webhook, and targets are not brought over"}
	case field == "notification_webhook":
		return m.renameWebhook(ctx, v)
	case nouns[field] != "":
		return m.renameValue(ctx, field, v)
	case v["type"] == "Group": // a restriction
		list, _ := v["ids"].([]any)
		for i, id := range list {
			ours, err := m.ours(ctx, movedBlueprint+"/group", fmt.Sprint(id))
			if err != nil {
				return err
			}
			if ours == 0 {
				return notHere("group", fmt.Sprint(id))
			}
			list[i] = ours
		}
	}
	return nil
}

// renameWebhook turns the id of the webhook that an action calls: there it is a text.
func (m *Move) renameWebhook(ctx context.Context, v map[string]any) error {
	list, _ := v["value"].([]any)
	theirs := record{"v": v["value"]}.text("v")
	if len(list) > 0 {
		theirs = record{"v": list[0]}.text("v")
	}
	ours, err := m.ours(ctx, movedBlueprint+"/webhook", theirs)
	switch {
	case err != nil:
		return err
	case ours == 0:
		return notHere("webhook", theirs)
	case len(list) > 0:
		list[0] = fmt.Sprint(ours)
	default:
		v["value"] = fmt.Sprint(ours)
	}
	return nil
}

// renameValue turns the id that a test or action holds, alone or as the first of several.
func (m *Move) renameValue(ctx context.Context, field string, v map[string]any) error {
	value, list := v["value"], []any(nil)
	if list, _ = v["value"].([]any); len(list) > 0 {
		value = list[0]
	}
	text := record{"v": value}.text("v")
	if strings.Trim(text, "0123456789") != "" || text == "" {
		return nil // current_user, requester_id and the like
	}
	kind := nouns[field]
	ours, err := m.ours(ctx, kind, text)
	if err != nil {
		return err
	}
	if ours == 0 {
		return notHere(kind[strings.LastIndex(kind, "/")+1:], text)
	}
	if list != nil {
		list[0] = json.Number(fmt.Sprint(ours))
	} else {
		v["value"] = json.Number(fmt.Sprint(ours))
	}
	return nil
}
