// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"errors"
	"strings"

	"github.com/livekit/psrpc"
)

// The texts and codes below are what the clients of the real worker see.

func errField(name string) error {
	return psrpc.NewErrorf(psrpc.InvalidArgument, "request has missing or invalid field: %s", name)
}

func errURL(url, reason string) error {
	return psrpc.NewErrorf(psrpc.InvalidArgument, "invalid url %s: %s", url, reason)
}

func errIncompatible(f format, c codec) error {
	return psrpc.NewErrorf(psrpc.InvalidArgument, "format %s incompatible with codec %s", f, c)
}

var (
	errNoCodec       = psrpc.NewErrorf(psrpc.InvalidArgument, "no supported codec is compatible with all outputs")
	errNoFileType    = psrpc.NewErrorf(psrpc.InvalidArgument, "no supported file output type is compatible with the selected codecs")
	errNotStreaming  = psrpc.NewErrorf(psrpc.InvalidArgument, "UpdateStream called on non-streaming egress")
	errUnknownEgress = psrpc.NewErrorf(psrpc.NotFound, "egress not found")
	errConnection    = psrpc.NewErrorf(psrpc.Unavailable, "recording ended early: connection to room failed")
)

// joinErrors makes one error of many: the texts in lines, the code of the first.
func joinErrors(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	code := psrpc.Unknown
	lines := make([]string, 0, len(errs))
	for _, err := range errs {
		var coded psrpc.Error
		if code == psrpc.Unknown && errors.As(err, &coded) {
			code = coded.Code()
		}
		lines = append(lines, err.Error())
	}
	return psrpc.NewErrorf(code, "%s", strings.Join(lines, "\n"))
}
