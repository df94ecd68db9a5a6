// Sends one request at a steady rate over HTTP, and tells how long the answers took, as one JSON object.
//
//	steady -address 127.0.0.1:5001 -path /graphql -body query.json -rate 2000 -seconds 5
//
// The load is open: a request has its time from the rate, whatever became of those before it, and its latency counts
// from that time. One thread waits on all sockets with epoll_pwait2, whose time-out is in nanoseconds; Go's own timers
// wake up to a millisecond late.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"runtime"
	"sort"
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

const epollPwait2 = 441

type connection struct {
	fd       int
	sent     time.Duration // when the request was due
	received []byte
	missing  int // bytes of the answer that are yet to come; -1 while its head is not complete
}

func main() {
	address := flag.String("address", "", "host:port")
	path := flag.String("path", "/graphql", "path")
	file := flag.String("body", "", "file with the request's body")
	header := flag.String("header", "", "one more header")
	rate := flag.Float64("rate", 100, "requests a second")
	seconds := flag.Float64("seconds", 5, "how long")
	count := flag.Int("connections", 64, "connections")
	flag.Parse()
	runtime.LockOSThread()
	body, err := os.ReadFile(*file)
	check(err)
	more := ""
	if *header != "" {
		more = *header + "\r\n"
	}
	request := []byte(fmt.Sprintf(
		"POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nAccept: application/json\r\n%sContent-Length: %d\r\n\r\n%s",
		*path, *address, more, len(body), body))
	latencies, late := run(*address, request, *rate, time.Duration(*seconds*float64(time.Second)), *count)
	report(latencies, late, *rate)
}

func run(address string, request []byte, rate float64, length time.Duration, count int) ([]time.Duration, int) {
	poll, err := syscall.EpollCreate1(0)
	check(err)
	connections := map[int]*connection{}
	idle := []*connection{}
	for range count {
		each := &connection{fd: dial(address), missing: -1}
		event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(each.fd)}
		check(syscall.EpollCtl(poll, syscall.EPOLL_CTL_ADD, each.fd, &event))
		connections[each.fd] = each
		idle = append(idle, each)
	}
	total := int(rate * length.Seconds())
	latencies := make([]time.Duration, 0, total)
	events := make([]syscall.EpollEvent, count)
	buffer := make([]byte, 1<<18)
	begin := time.Now()
	due := func(number int) time.Duration { return time.Duration(float64(number) / rate * float64(time.Second)) }
	patience := length + 10*time.Second
	next := 0
	for len(latencies) < total {
		now := time.Since(begin)
		if now > patience {
			break
		}
		for next < total && len(idle) > 0 && due(next) <= now {
			each := idle[len(idle)-1]
			idle = idle[:len(idle)-1]
			each.sent = due(next)
			next++
			write(each.fd, request)
		}
		pause := patience - now
		if next < total && len(idle) > 0 {
			pause = max(0, due(next)-time.Since(begin))
		}
		for _, event := range wait(poll, events, pause) {
			each := connections[int(event.Fd)]
			if each.read(buffer) {
				latencies = append(latencies, time.Since(begin)-each.sent)
				idle = append(idle, each)
			}
		}
	}
	return latencies, total - len(latencies)
}

func dial(address string) int {
	found, err := net.ResolveTCPAddr("tcp4", address)
	check(err)
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	check(err)
	check(syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1))
	check(syscall.Connect(fd, &syscall.SockaddrInet4{Port: found.Port, Addr: [4]byte(found.IP.To4())}))
	return fd
}

func write(fd int, request []byte) {
	for len(request) > 0 {
		n, err := syscall.Write(fd, request)
		check(err)
		request = request[n:]
	}
}

func wait(poll int, events []syscall.EpollEvent, pause time.Duration) []syscall.EpollEvent {
	limit := syscall.NsecToTimespec(pause.Nanoseconds())
	n, _, failed := syscall.Syscall6(epollPwait2, uintptr(poll), uintptr(unsafe.Pointer(&events[0])),
		uintptr(len(events)), uintptr(unsafe.Pointer(&limit)), 0, 0)
	if failed == syscall.EINTR {
		return nil
	}
	if failed != 0 {
		fail("epoll_pwait2, which Linux has since 5.11: " + failed.Error())
	}
	return events[:n]
}

// read takes what has arrived, and says whether the answer is complete.
func (c *connection) read(buffer []byte) bool {
	n, err := syscall.Read(c.fd, buffer)
	check(err)
	if n == 0 {
		fail("the server closed a connection")
	}
	if c.missing >= 0 {
		c.missing -= n
	} else {
		c.received = append(c.received, buffer[:n]...)
		end := bytes.Index(c.received, []byte("\r\n\r\n"))
		if end < 0 {
			return false
		}
		c.missing = end + 4 + bodyLength(c.received[:end]) - len(c.received)
		c.received = c.received[:0]
	}
	if c.missing > 0 {
		return false
	}
	c.missing = -1
	return true
}

func bodyLength(head []byte) int {
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 200")) {
		fail("the answer was " + string(bytes.SplitN(head, []byte("\r\n"), 2)[0]))
	}
	_, rest, found := bytes.Cut(bytes.ToLower(head), []byte("\r\ncontent-length:"))
	if !found {
		fail("the answer has no content-length")
	}
	line, _, _ := bytes.Cut(rest, []byte("\r\n"))
	length, err := strconv.Atoi(string(bytes.TrimSpace(line)))
	check(err)
	return length
}

func report(latencies []time.Duration, late int, rate float64) {
	if len(latencies) == 0 {
		fail("no answer came")
	}
	sort.Slice(latencies, func(i, j int) bool { return latencies[i] < latencies[j] })
	at := func(share float64) float64 {
		return float64(latencies[int(share*float64(len(latencies)-1))].Microseconds()) / 1000
	}
	answer := map[string]any{
		"rate": rate, "answers": len(latencies), "unanswered": late,
		"p50_ms": at(0.5), "p90_ms": at(0.9), "p99_ms": at(0.99), "max_ms": at(1),
	}
	check(json.NewEncoder(os.Stdout).Encode(answer))
}

func check(err error) {
	if err != nil {
		fail(err.Error())
	}
}

func fail(reason string) {
	fmt.Fprintln(os.Stderr, reason)
	os.Exit(1)
}
