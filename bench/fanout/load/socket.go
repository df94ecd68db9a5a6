package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"os"
	"syscall"
)

const (
	opText  = 0x1
	opClose = 0x8
	opPing  = 0x9
	opPong  = 0xA
)

// socket is one client: what it has read of a frame that is not whole yet, and how many events it has got.
type socket struct {
	fd      int
	rest    []byte
	events  int
	acked   bool
	closing bool
}

// dial connects and upgrades, waiting for the answer.
func dial(address, path string) (*socket, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"+
		"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n", path, address)
	reader := bufio.NewReader(conn)
	answer, err := http.ReadResponse(reader, nil)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		return nil, fmt.Errorf("the upgrade was answered with %s", answer.Status)
	}
	rest := make([]byte, reader.Buffered())
	if _, err = reader.Read(rest); err != nil && len(rest) > 0 {
		return nil, err
	}
	file, err := conn.(*net.TCPConn).File()
	if err != nil {
		return nil, err
	}
	conn.Close()
	fd, err := syscall.Dup(int(file.Fd()))
	if err != nil {
		return nil, err
	}
	file.Close()
	return &socket{fd: fd, rest: rest}, syscall.SetNonblock(fd, true)
}

// send writes one frame, masked with zeros as a client may; what is sent here always fits into the kernel's buffer.
func (s *socket) send(op byte, payload []byte) error {
	frame := []byte{0x80 | op}
	switch {
	case len(payload) < 126:
		frame = append(frame, 0x80|byte(len(payload)))
	default:
		frame = append(frame, 0x80|126)
		frame = binary.BigEndian.AppendUint16(frame, uint16(len(payload)))
	}
	frame = append(frame, 0, 0, 0, 0)
	_, err := syscall.Write(s.fd, append(frame, payload...))
	return err
}

// receive hands on every frame that has come. `buffer` is room for one read.
func (s *socket) receive(buffer []byte, hear func(*socket, []byte)) error {
	count, err := syscall.Read(s.fd, buffer)
	if err == syscall.EAGAIN || err == syscall.EINTR {
		return nil
	}
	if err != nil {
		return err
	}
	if count == 0 {
		return fmt.Errorf("the server closed a socket")
	}
	data := buffer[:count]
	if len(s.rest) > 0 {
		data = append(s.rest, data...)
		s.rest = nil
	}
	return s.take(data, hear)
}

func (s *socket) take(data []byte, hear func(*socket, []byte)) error {
	for {
		op, payload, size := frame(data)
		if size == 0 {
			if len(data) > 0 {
				s.rest = append([]byte(nil), data...)
			}
			return nil
		}
		switch op {
		case opText:
			hear(s, payload)
		case opPing:
			if err := s.send(opPong, payload); err != nil {
				return err
			}
		case opClose:
			return fmt.Errorf("the server closed a socket: %q", payload)
		}
		data = data[size:]
	}
}

// frame gives opcode, payload and size of the frame that `data` begins with; size 0 where it is not whole.
func frame(data []byte) (byte, []byte, int) {
	if len(data) < 2 {
		return 0, nil, 0
	}
	length, header := int(data[1]&0x7F), 2
	switch length {
	case 126:
		if len(data) < 4 {
			return 0, nil, 0
		}
		length, header = int(binary.BigEndian.Uint16(data[2:])), 4
	case 127:
		if len(data) < 10 {
			return 0, nil, 0
		}
		length, header = int(binary.BigEndian.Uint64(data[2:])), 10
	}
	if len(data) < header+length {
		return 0, nil, 0
	}
	return data[0] & 0x0F, data[header : header+length], header + length
}

func isNext(message []byte) bool {
	head := message
	if len(head) > 96 {
		head = head[:96]
	}
	return bytes.Contains(head, []byte(`"next"`)) || bytes.Contains(message, []byte(`"type":"next"`))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
