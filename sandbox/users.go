package sandbox

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// polledUser is a user with what only userInfo tells.
type polledUser struct {
	UserID            string            `json:"user_id"`
	Provider          string            `json:"provider"`
	CreatedAt         health.Timestamp  `json:"created_at"`
	LastWebhookUpdate health.Timestamp  `json:"last_webhook_update"`
	Scopes            opt.Value[string] `json:"scopes"`
	ReferenceID       opt.Value[string] `json:"reference_id"`
	Active            opt.Value[bool]   `json:"active"`
	LastPolledAt      health.Timestamp  `json:"last_polled_at"`
	MostRecentDataAt  health.Timestamp  `json:"most_recent_data_at"`
}

// userInfo answers for one user id, or for all users of a reference id.
func (s *Server) userInfo(c *call) error {
	if userID := c.params["user_id"]; userID != "" {
		conn, ok := s.connection(userID)
		if !ok {
			return errUserNotFound
		}
		now := s.now().UTC()
		u := conn.user
		return c.reply(struct {
			User            polledUser `json:"user"`
			Status          string     `json:"status"`
			IsAuthenticated bool       `json:"is_authenticated"`
		}{
			User: polledUser{
				UserID:            u.UserID,
				Provider:          u.Provider,
				CreatedAt:         u.CreatedAt,
				LastWebhookUpdate: u.LastWebhookUpdate,
				Scopes:            u.Scopes,
				ReferenceID:       u.ReferenceID,
				Active:            u.Active,
				LastPolledAt:      health.TimestampOf(now),
				MostRecentDataAt:  health.TimestampOf(health.DateOf(now).In(now.Location())),
			},
			Status:          "success",
			IsAuthenticated: u.Active.Or(false),
		})
	}
	referenceID := c.params["reference_id"]
	if referenceID == "" {
		return badRequest("user_id or reference_id is required")
	}
	s.mu.Lock()
	users := s.world.byReference(referenceID)
	s.mu.Unlock()
	if c.dialect == legacy {
		return c.reply(userList{Status: "success", Users: users})
	}
	return c.reply(users)
}

type userList struct {
	Status string        `json:"status,omitzero"`
	Users  []health.User `json:"users"`
}

type userPage struct {
	Next    *int          `json:"next"`
	MaxPage int           `json:"max_page"`
	Results []health.User `json:"results"`
}

const defaultPerPage = 500

// subscriptions pages only when a page is asked for.
func (s *Server) subscriptions(c *call) error {
	page, paged, err := c.params.number("page", 0)
	if err != nil {
		return err
	}
	per, ok, err := c.params.number("per_page", 1)
	if err != nil {
		return err
	}
	if !ok {
		per = defaultPerPage
	}
	users := s.Users()
	if !paged {
		list := userList{Users: users}
		if c.dialect == legacy {
			list.Status = "success"
		}
		return c.reply(list)
	}
	data := userPage{MaxPage: max(0, (len(users)-1)/per), Results: []health.User{}}
	if page <= data.MaxPage {
		data.Results = users[page*per : min(len(users), (page+1)*per)]
	}
	if page < data.MaxPage {
		data.Next = new(page + 1)
	}
	return c.reply(struct {
		Data userPage `json:"data"`
	}{data})
}

// bulkUserInfo leaves out the ids it does not know.
func (s *Server) bulkUserInfo(c *call) error {
	var ids []string
	if len(c.body) == 0 || json.Unmarshal(c.body, &ids) != nil {
		return badRequest("body must be an array of user ids")
	}
	users := []health.User{}
	for _, id := range ids {
		if conn, ok := s.connection(id); ok {
			users = append(users, conn.user)
		}
	}
	if len(users) == 0 && len(ids) > 0 {
		return errUserNotFound
	}
	return c.reply(users)
}

// modifyUser changes the reference id, which an explicit null removes, and whether
// data flow.
func (s *Server) modifyUser(c *call) error {
	var change struct {
		ReferenceID opt.Value[string] `json:"reference_id"`
		Active      opt.Value[bool]   `json:"active"`
	}
	if len(c.body) > 0 && json.Unmarshal(c.body, &change) != nil {
		return badRequest("reference_id must be a string, active a boolean")
	}
	if len(change.ReferenceID.Or("")) > maxReferenceID {
		return badRequest("reference_id is too long")
	}
	user, err := s.update(strings.TrimPrefix(c.path, "/users/"), func(u *health.User) {
		if !change.ReferenceID.IsZero() {
			u.ReferenceID = optional(change.ReferenceID.Or(""))
		}
		if active, ok := change.Active.Get(); ok {
			u.Active = opt.Some(active)
		}
	})
	if errors.Is(err, ErrUnknownUser) {
		return errUserNotFound
	}
	return c.reply(struct {
		User   health.User `json:"user"`
		Status string      `json:"status"`
	}{user, "success"})
}
