// SPDX-License-Identifier: LGPL-2.1-or-later

// Command worker is a stand-in for the LiveKit egress worker: it takes egress
// jobs from a real livekit-server over redis, reports the same life as the real
// worker does, and sends test media instead of the room's.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/livekit/protocol/rpc"
	"github.com/livekit/psrpc"
	"github.com/redis/go-redis/v9"
)

func main() {
	redisAddr := flag.String("redis", "127.0.0.1:6379", "host:port of the redis server that livekit-server uses")
	wsURL := flag.String("url", "ws://127.0.0.1:7880", "signalling URL of livekit-server")
	listen := flag.String("control", "127.0.0.1:0", "where to serve the faults endpoint")
	trackTimeout := flag.Duration("track-timeout", 30*time.Second, "how long a missing participant or track is waited for")
	out := flag.String("out", ".", "the folder of files whose names are not absolute")
	flag.Parse()

	if err := run(*redisAddr, *listen, room{
		url:    *wsURL,
		key:    os.Getenv("LIVEKIT_API_KEY"),
		secret: os.Getenv("LIVEKIT_API_SECRET"),
	}, *trackTimeout, *out); err != nil {
		log.Fatal(err)
	}
}

func run(redisAddr, listen string, rooms room, trackTimeout time.Duration, out string) error {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()

	client := redis.NewClient(&redis.Options{Addr: redisAddr})
	defer client.Close()
	if err := client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("redis at %s does not answer: %w", redisAddr, err)
	}
	bus := psrpc.NewRedisMessageBus(client)
	io, err := rpc.NewIOInfoClient(bus)
	if err != nil {
		return err
	}
	defer io.Close()

	w := newWorker(bus, io, rooms, trackTimeout, out)
	server, err := rpc.NewEgressInternalServer(w, bus)
	if err != nil {
		return err
	}
	defer server.Kill()
	if err := server.RegisterStartEgressTopic(""); err != nil {
		return err
	}
	if err := server.RegisterListActiveEgressTopic(""); err != nil {
		return err
	}

	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	control := &http.Server{Handler: w.faults.handler()}
	defer control.Close()
	go control.Serve(listener)

	fmt.Printf("egress worker ready, faults on http://%s/faults\n", listener.Addr())
	<-ctx.Done()
	w.shutdown()
	return nil
}
