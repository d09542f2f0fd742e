// A client on the Go SDK that does what it is told line by line.
//
// A line on stdin is an order, a line on stdout is its outcome. Each session takes its orders one
// after the other. Every order ends in time: what does not is its own kind of error.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type order struct {
	ID        int            `json:"id"`
	Session   string         `json:"session"`
	Do        string         `json:"do"`
	Transport string         `json:"transport"`
	URL       string         `json:"url"`
	Name      string         `json:"name"`
	Arguments map[string]any `json:"arguments"`
	Seconds   float64        `json:"seconds"`
}

type failure struct {
	Kind    string `json:"kind"`
	Type    string `json:"type"`
	Message string `json:"message"`
}

type outcome struct {
	ID     int      `json:"id"`
	Result any      `json:"result,omitempty"`
	Error  *failure `json:"error,omitempty"`
}

type object map[string]any

var errNotConnected = errors.New("the session is not connected")

func main() {
	sessions := map[string]chan order{}
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			// Whoever gave the orders is gone.
			return
		}
		var o order
		if err := json.Unmarshal(line, &o); err != nil {
			panic(err)
		}
		if sessions[o.Session] == nil {
			sessions[o.Session] = make(chan order, 100)
			go serve(sessions[o.Session])
		}
		sessions[o.Session] <- o
	}
}

// One session: the first order connects it.
func serve(orders <-chan order) {
	var session *mcp.ClientSession
	for o := range orders {
		result, err := obey(o, &session)
		reply(o, result, err)
	}
}

var errTimeout = errors.New("timeout")

// Gives up in time also where the SDK does not.
func obey(o order, session **mcp.ClientSession) (any, error) {
	// The stream of the older transport ends with the context that it was connected with.
	ctx := context.Background()
	if o.Do != "connect" {
		limited, cancel := context.WithTimeout(ctx, seconds(o))
		defer cancel()
		ctx = limited
	}
	type done struct {
		result  any
		err     error
		session *mcp.ClientSession
	}
	ended := make(chan done, 1)
	go func() {
		connected := *session
		result, err := do(ctx, o, &connected)
		ended <- done{result, err, connected}
	}()
	select {
	case end := <-ended:
		*session = end.session
		if errors.Is(end.err, context.DeadlineExceeded) {
			return nil, errTimeout
		}
		return end.result, end.err
	case <-time.After(seconds(o) + time.Second):
		return nil, errTimeout
	}
}

func seconds(o order) time.Duration {
	return time.Duration(o.Seconds * float64(time.Second))
}

func do(ctx context.Context, o order, session **mcp.ClientSession) (any, error) {
	if o.Do == "connect" {
		client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1.0.0"}, nil)
		connected, err := client.Connect(ctx, transport(o), nil)
		*session = connected
		return object{}, err
	}
	if *session == nil {
		return object{}, errNotConnected
	}
	switch o.Do {
	case "list":
		listed, err := (*session).ListTools(ctx, nil)
		if err != nil {
			return nil, err
		}
		names := []string{}
		for _, tool := range listed.Tools {
			names = append(names, tool.Name)
		}
		return object{"tools": names}, nil
	case "call":
		called, err := (*session).CallTool(ctx, &mcp.CallToolParams{Name: o.Name, Arguments: o.Arguments})
		if err != nil {
			return nil, err
		}
		text := ""
		for _, content := range called.Content {
			text += content.(*mcp.TextContent).Text
		}
		return object{"isError": called.IsError, "text": text}, nil
	case "close":
		// It also says how the session has ended, which is no failure to close it.
		_ = (*session).Close()
		return object{}, nil
	}
	panic("unknown order: " + o.Do)
}

func transport(o order) mcp.Transport {
	if o.Transport == "sse" {
		return &mcp.SSEClientTransport{Endpoint: o.URL}
	}
	return &mcp.StreamableClientTransport{Endpoint: o.URL}
}

var stdout sync.Mutex

func reply(o order, result any, err error) {
	out := outcome{ID: o.ID, Result: result}
	if err == errTimeout {
		message := fmt.Sprintf("%s did not end within %v s", o.Do, o.Seconds)
		out = outcome{ID: o.ID, Error: &failure{"timeout", "timeout", message}}
	} else if err != nil {
		out = outcome{ID: o.ID, Error: &failure{"error", fmt.Sprintf("%T", err), err.Error()}}
	}
	line, err := json.Marshal(out)
	if err != nil {
		panic(err)
	}
	stdout.Lock()
	defer stdout.Unlock()
	os.Stdout.Write(append(line, '\n'))
}
