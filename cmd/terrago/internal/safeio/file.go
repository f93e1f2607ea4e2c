package safeio

import (
	"errors"
	"os"
	"path/filepath"
)

// File is a file being written that takes its name once it is whole. Until then, and if
// it never is, whatever has that name stays as it is.
type File struct {
	*os.File
	path string // empty for what is no regular file, and is written to straight away
}

// Create begins to write what path will be. Only the user can read it, unless it
// replaces a file that others can read. A path to a device or a pipe is opened as it is.
func Create(path string) (*File, error) {
	mode := os.FileMode(0o600)
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		return &File{File: f}, err
	case err == nil:
		mode = info.Mode().Perm()
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return nil, err
		}
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(mode); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return &File{f, path}, nil
}

// Commit ends the file and gives it its name.
func (f *File) Commit() error {
	var err error
	if f.path != "" {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if f.path == "" {
		return err
	}
	if err == nil {
		err = os.Rename(f.Name(), f.path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// Abort leaves nothing behind of the file.
func (f *File) Abort() {
	f.Close()
	if f.path != "" {
		os.Remove(f.Name())
	}
}
