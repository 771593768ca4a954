// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/livekit/protocol/livekit"
	"github.com/livekit/psrpc"
)

const uploadTimeout = 10 * time.Second

// store is where the files of an egress end up.
type store interface {
	// folder is where the worker writes the files whose names are in dir.
	folder(dir string) (string, error)
	// upload brings a file of that folder to its name; location is what results call it.
	upload(file, name, mimeType string) (location string, err error)
	// clean removes what the worker wrote for itself.
	clean()
}

func newStore(config *livekit.StorageConfig, out string) (store, error) {
	switch {
	case config == nil:
		return folderStore(out), nil
	case config.GetS3() != nil:
		return newS3Store(config.GetS3())
	}
	return nil, psrpc.NewErrorf(psrpc.Unimplemented, "the stand-in worker only knows folders and S3")
}

// folderStore is this machine; names that are not absolute are below it.
type folderStore string

func (f folderStore) folder(dir string) (string, error) {
	if !path.IsAbs(dir) {
		dir = filepath.Join(string(f), dir)
	}
	return dir, os.MkdirAll(dir, 0o755)
}

func (f folderStore) upload(_, name, _ string) (string, error) {
	return name, nil
}

func (f folderStore) clean() {}

// s3Store is a bucket, with a folder for what waits to be uploaded.
type s3Store struct {
	client  *s3.Client
	bucket  string
	prefix  string // of the locations
	waiting string
}

func newS3Store(config *livekit.S3Upload) (*s3Store, error) {
	waiting, err := os.MkdirTemp("", "egress-")
	if err != nil {
		return nil, err
	}
	options := s3.Options{
		Region:       config.Region,
		UsePathStyle: config.ForcePathStyle,
		Credentials:  credentials.NewStaticCredentialsProvider(config.AccessKey, config.Secret, config.SessionToken),
	}
	if options.Region == "" {
		options.Region = "us-east-1"
	}
	endpoint := "s3.amazonaws.com"
	if config.Endpoint != "" {
		endpoint = config.Endpoint
		options.BaseEndpoint = aws.String(withScheme(endpoint))
	}
	s := &s3Store{client: s3.New(options), bucket: config.Bucket, waiting: waiting}
	if config.ForcePathStyle {
		s.prefix = withScheme(endpoint) + "/" + config.Bucket
	} else {
		s.prefix = fmt.Sprintf("https://%s.%s", config.Bucket, endpoint)
	}
	return s, nil
}

func withScheme(endpoint string) string {
	if strings.Contains(endpoint, "://") {
		return endpoint
	}
	return "https://" + endpoint
}

func (s *s3Store) folder(string) (string, error) {
	return s.waiting, nil
}

func (s *s3Store) upload(file, name, mimeType string) (string, error) {
	body, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer body.Close()
	ctx, cancel := context.WithTimeout(context.Background(), uploadTimeout)
	defer cancel()
	if _, err = s.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: aws.String(s.bucket), Key: aws.String(name), ContentType: aws.String(mimeType), Body: body,
	}); err != nil {
		return "", psrpc.NewErrorf(psrpc.InvalidArgument, "S3 upload failed: %v", err)
	}
	return s.prefix + "/" + strings.TrimPrefix(name, "/"), nil
}

func (s *s3Store) clean() {
	os.RemoveAll(s.waiting)
}
