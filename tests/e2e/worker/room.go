// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	lkegress "github.com/livekit/protocol/egress"
	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v4"
	"google.golang.org/protobuf/proto"
)

// room is where the rooms are: a livekit-server.
type room struct {
	url, key, secret string
}

// session is the hidden participant of one egress. It takes no media: it is
// there so that the room knows the egress and the egress knows who is there.
type session struct {
	conn *websocket.Conn
	pc   *webrtc.PeerConnection
	gone chan struct{} // closed when the connection has ended

	writing sync.Mutex

	mu           sync.Mutex
	participants map[string]*livekit.ParticipantInfo // by sid
	changed      chan struct{}                       // closed and renewed on each change
	told         bool                                // the server said that it is over
	candidates   []webrtc.ICECandidateInit           // those that came before the offer
}

func (r room) join(ctx context.Context, egressID, name string) (*session, error) {
	token, err := lkegress.BuildEgressToken(egressID, r.key, r.secret, name)
	if err != nil {
		return nil, err
	}
	query := url.Values{"auto_subscribe": {"0"}, "protocol": {"15"}, "sdk": {"go"}}
	conn, _, err := websocket.DefaultDialer.DialContext(ctx, r.url+"/rtc?"+query.Encode(),
		http.Header{"Authorization": {"Bearer " + token}})
	if err != nil {
		return nil, errConnection
	}
	pc, err := newPeerConnection()
	if err != nil {
		conn.Close()
		return nil, err
	}
	s := &session{
		conn: conn, pc: pc, gone: make(chan struct{}),
		participants: map[string]*livekit.ParticipantInfo{}, changed: make(chan struct{}),
	}
	pc.OnICECandidate(s.sendCandidate)
	go s.read()
	go s.ping()
	return s, nil
}

// newPeerConnection connects over loopback only.
func newPeerConnection() (*webrtc.PeerConnection, error) {
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	return webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
}

func (s *session) read() {
	defer close(s.gone)
	for {
		_, data, err := s.conn.ReadMessage()
		if err != nil {
			return
		}
		response := &livekit.SignalResponse{}
		if proto.Unmarshal(data, response) == nil {
			s.handle(response)
		}
	}
}

func (s *session) handle(response *livekit.SignalResponse) {
	switch m := response.Message.(type) {
	case *livekit.SignalResponse_Join:
		s.update(m.Join.OtherParticipants)
	case *livekit.SignalResponse_Update:
		s.update(m.Update.Participants)
	case *livekit.SignalResponse_Offer:
		s.answer(m.Offer)
	case *livekit.SignalResponse_Trickle:
		candidate := webrtc.ICECandidateInit{}
		if json.Unmarshal([]byte(m.Trickle.CandidateInit), &candidate) == nil {
			s.addCandidates(candidate)
		}
	case *livekit.SignalResponse_Leave:
		s.mu.Lock()
		s.told = true
		s.mu.Unlock()
		s.conn.Close()
	}
}

func (s *session) update(participants []*livekit.ParticipantInfo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range participants {
		if p.State == livekit.ParticipantInfo_DISCONNECTED {
			delete(s.participants, p.Sid)
		} else {
			s.participants[p.Sid] = p
		}
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *session) answer(offer *livekit.SessionDescription) {
	if s.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer.Sdp}) != nil {
		return
	}
	s.addCandidates()
	answer, err := s.pc.CreateAnswer(nil)
	if err != nil || s.pc.SetLocalDescription(answer) != nil {
		return
	}
	s.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_Answer{
		Answer: &livekit.SessionDescription{Type: "answer", Sdp: answer.SDP, Id: offer.Id},
	}})
}

func (s *session) addCandidates(more ...webrtc.ICECandidateInit) {
	s.candidates = append(s.candidates, more...)
	if s.pc.RemoteDescription() == nil {
		return
	}
	for _, candidate := range s.candidates {
		s.pc.AddICECandidate(candidate)
	}
	s.candidates = nil
}

func (s *session) sendCandidate(candidate *webrtc.ICECandidate) {
	if candidate == nil {
		return
	}
	data, err := json.Marshal(candidate.ToJSON())
	if err != nil {
		return
	}
	s.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_Trickle{
		Trickle: &livekit.TrickleRequest{CandidateInit: string(data), Target: livekit.SignalTarget_SUBSCRIBER},
	}})
}

func (s *session) ping() {
	ticker := time.NewTicker(5 * time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			s.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_PingReq{
				PingReq: &livekit.Ping{Timestamp: time.Now().UnixMilli()},
			}})
		case <-s.gone:
			return
		}
	}
}

func (s *session) send(request *livekit.SignalRequest) {
	data, err := proto.Marshal(request)
	if err != nil {
		return
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	s.conn.WriteMessage(websocket.BinaryMessage, data)
}

func (s *session) leave() {
	s.send(&livekit.SignalRequest{Message: &livekit.SignalRequest_Leave{
		Leave: &livekit.LeaveRequest{Reason: livekit.DisconnectReason_CLIENT_INITIATED},
	}})
	s.pc.Close()
	s.conn.Close()
	<-s.gone
}

// participant finds who has the identity; the channel is closed at the next change.
func (s *session) participant(identity string) (*livekit.ParticipantInfo, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.participants {
		if p.Identity == identity {
			return p, s.changed
		}
	}
	return nil, s.changed
}

// track finds a published track and its publisher.
func (s *session) track(id string) (*livekit.TrackInfo, *livekit.ParticipantInfo, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.participants {
		for _, t := range p.Tracks {
			if t.Sid == id {
				return t, p, s.changed
			}
		}
	}
	return nil, nil, s.changed
}

// closedByServer says whether the connection ended because the room did.
func (s *session) closedByServer() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.told
}
