// Load opens many graphql-transport-ws sockets, has a server publish messages, and says how fast they come.
//
// One thread, one epoll, so that it costs less than what it measures. A message is published by one byte to the
// server's control port. The first phase keeps a few messages under way all the time, and tells deliveries a second; the
// second publishes at a part of that rate, and tells how long after its publication each message had reached everybody.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"sort"
	"syscall"
	"time"
)

type load struct {
	first     string
	poll      int
	sockets   map[int32]*socket
	control   net.Conn
	buffer    []byte
	acked     int
	size      int
	published []time.Time
	got       []int
	taken     int
	done      int
	last      []time.Duration
}

type report struct {
	Sockets    int     `json:"sockets"`
	Bytes      int     `json:"bytes"`
	Deliveries int     `json:"deliveries"`
	Rate       float64 `json:"rate"`
	LastP50    float64 `json:"last_p50_ms"`
	LastP99    float64 `json:"last_p99_ms"`
	LastMax    float64 `json:"last_max_ms"`
	Paced      int     `json:"paced"`
	CPU        float64 `json:"server_us_a_delivery"`
}

func main() {
	address := flag.String("address", "127.0.0.1:8000", "of the server")
	control := flag.String("control", "127.0.0.1:8001", "where a byte publishes a message")
	path := flag.String("path", "/graphql", "of the socket")
	query := flag.String("query", "", "file with the subscription")
	channel := flag.String("channel", "", "the variable channelId")
	count := flag.Int("n", 100, "sockets")
	window := flag.Int("window", 4, "messages under way")
	seconds := flag.Float64("seconds", 3, "of the first phase")
	calm := flag.Float64("calm", 3, "seconds of the second phase")
	part := flag.Float64("part", 0.3, "of the first phase's rate, that the second one has")
	first := flag.String("first", "", "file to write the first message to")
	pid := flag.Int("pid", 0, "of the server, whose time on the processor is told too")
	hold := flag.Bool("hold", false, "only open the sockets, say `open`, and wait for the input to end")
	flag.Parse()

	text, err := os.ReadFile(*query)
	fail(err)
	l := &load{first: *first, sockets: map[int32]*socket{}, buffer: make([]byte, 256<<10)}
	l.poll, err = syscall.EpollCreate1(0)
	fail(err)
	l.control, err = net.Dial("tcp", *control)
	fail(err)
	l.open(*address, *path, string(text), *channel, *count)
	l.settle()
	if *hold {
		fmt.Println("open")
		_, _ = os.Stdin.Read(l.buffer)
		return
	}
	l.saturate(*window, time.Duration(*seconds*float64(time.Second))/4)
	began := time.Now()
	before, used := l.taken, onProcessor(*pid)
	l.saturate(*window, time.Duration(*seconds*float64(time.Second)))
	took := time.Since(began)
	deliveries := l.taken - before
	used = onProcessor(*pid) - used
	rate := *part * float64(deliveries) / took.Seconds() / float64(*count)
	l.pace(max(3, int(rate**calm)), rate)
	sort.Slice(l.last, func(i, j int) bool { return l.last[i] < l.last[j] })
	fail(json.NewEncoder(os.Stdout).Encode(report{
		*count, l.size, deliveries, float64(deliveries) / took.Seconds(),
		l.percentile(0.5), l.percentile(0.99), l.percentile(1), len(l.last),
		used / float64(deliveries),
	}))
}

// open makes the sockets one after the other; each subscribes once it is acknowledged, under an id like a client's.
func (l *load) open(address, path, query, channel string, count int) {
	for number := 0; number < count; number++ {
		s, err := dial(address, path)
		fail(err)
		event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(s.fd)}
		fail(syscall.EpollCtl(l.poll, syscall.EPOLL_CTL_ADD, s.fd, &event))
		l.sockets[int32(s.fd)] = s
		init := fmt.Sprintf(`{"type":"connection_init","payload":{"authorization":"Bearer viewer-%d"}}`, number)
		fail(s.send(opText, []byte(init)))
		early := s.rest
		s.rest = nil
		fail(s.take(early, l.hear))
		for !s.acked {
			l.turn(time.Second)
		}
		message, err := json.Marshal(map[string]any{
			"id": fmt.Sprintf("8d3f9a52-0c1e-4b7a-9f60-%012d", number), "type": "subscribe",
			"payload": map[string]any{"query": query, "variables": map[string]string{"channelId": channel}},
		})
		fail(err)
		fail(s.send(opText, message))
	}
}

// settle publishes until a message reaches everybody, and begins to count then.
func (l *load) settle() {
	for attempt := 0; attempt < 50; attempt++ {
		l.quiet(100 * time.Millisecond)
		for _, s := range l.sockets {
			s.events = 0
		}
		l.published, l.got, l.done = nil, nil, 0
		l.publish()
		l.quiet(2 * time.Second)
		if l.done == 1 {
			return
		}
	}
	fail(fmt.Errorf("no message reached all of the %d sockets", len(l.sockets)))
}

// quiet returns when nothing has come for so long, or when all that was published has.
func (l *load) quiet(pause time.Duration) {
	for taken, until := l.taken, time.Now().Add(pause); time.Now().Before(until); {
		l.turn(10 * time.Millisecond)
		if l.taken != taken {
			taken, until = l.taken, time.Now().Add(pause)
		}
		if len(l.published) > 0 && l.done == len(l.published) {
			return
		}
	}
}

func (l *load) saturate(window int, length time.Duration) {
	for deadline := time.Now().Add(length); time.Now().Before(deadline); {
		for len(l.published)-l.done < window {
			l.publish()
		}
		l.turn(time.Second)
	}
	l.drain()
}

func (l *load) pace(count int, rate float64) {
	l.last = nil
	for next := time.Now(); count > 0; count-- {
		l.until(next)
		l.publish()
		next = next.Add(time.Duration(float64(time.Second) / rate))
	}
	l.drain()
}

func (l *load) drain() {
	for deadline := time.Now().Add(60 * time.Second); l.done < len(l.published); {
		if time.Now().After(deadline) {
			fail(fmt.Errorf("%d messages did not reach everybody", len(l.published)-l.done))
		}
		l.turn(time.Second)
	}
}

func (l *load) publish() {
	l.published = append(l.published, time.Now())
	l.got = append(l.got, 0)
	_, err := l.control.Write([]byte{'.'})
	fail(err)
}

func (l *load) until(moment time.Time) {
	for left := time.Until(moment); left > 0; left = time.Until(moment) {
		l.turn(left)
	}
}

func (l *load) turn(wait time.Duration) {
	var ready [256]syscall.EpollEvent
	count, err := syscall.EpollWait(l.poll, ready[:], int(wait.Milliseconds()))
	if err == syscall.EINTR {
		return
	}
	fail(err)
	for _, event := range ready[:count] {
		fail(l.sockets[event.Fd].receive(l.buffer, l.hear))
	}
}

func (l *load) hear(s *socket, message []byte) {
	if !isNext(message) {
		var read struct{ Type string }
		fail(json.Unmarshal(message, &read))
		switch read.Type {
		case "connection_ack":
			s.acked = true
		case "ping":
			fail(s.send(opText, []byte(`{"type":"pong"}`)))
		default:
			fail(fmt.Errorf("a server said %s", message))
		}
		return
	}
	if s.events >= len(l.got) {
		return // from before the count began
	}
	if l.size == 0 {
		l.size = len(message)
		if l.first != "" {
			fail(os.WriteFile(l.first, message, 0o600))
		}
	}
	number := s.events
	s.events++
	l.taken++
	l.got[number]++
	if l.got[number] == len(l.sockets) {
		l.done++
		l.last = append(l.last, time.Since(l.published[number]))
	}
}

// onProcessor gives the microseconds that the process's first thread has run: what is left of a noisy machine.
func onProcessor(pid int) float64 {
	if pid == 0 {
		return 0
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", pid))
	fail(err)
	var nanoseconds float64
	_, err = fmt.Sscan(string(text), &nanoseconds)
	fail(err)
	return nanoseconds / 1000
}

func (l *load) percentile(part float64) float64 {
	return float64(l.last[int(part*float64(len(l.last)-1))].Microseconds()) / 1000
}
