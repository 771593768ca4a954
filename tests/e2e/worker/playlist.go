// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// playlist is the text of an HLS playlist that grows.
type playlist struct {
	window  int // how many segments it keeps, 0 for all
	target  int // seconds
	entries []string
	dropped int
	over    bool
}

func (p *playlist) add(began time.Time, duration time.Duration, name string) {
	p.target = max(p.target, int(math.Round(duration.Seconds())))
	p.entries = append(p.entries, fmt.Sprintf("#EXT-X-PROGRAM-DATE-TIME:%s\n#EXTINF:%.3f,\n%s\n",
		began.UTC().Format("2006-01-02T15:04:05.000Z"), duration.Seconds(), name))
	if p.window > 0 && len(p.entries) > p.window {
		p.entries = p.entries[1:]
		p.dropped++
	}
}

func (p *playlist) text() []byte {
	kind := ""
	if p.window == 0 {
		kind = "#EXT-X-PLAYLIST-TYPE:EVENT\n"
	}
	end := ""
	if p.over {
		end = "#EXT-X-ENDLIST\n"
	}
	return fmt.Appendf(nil, "#EXTM3U\n#EXT-X-VERSION:4\n%s#EXT-X-ALLOW-CACHE:NO\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:%d\n%s%s",
		kind, p.target, p.dropped, strings.Join(p.entries, ""), end)
}
