package plot

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
)

// describePNG puts a title and a description into an encoded image, as the text that
// the format has for them, right behind the header that every image begins with.
func describePNG(img []byte, title, description string) []byte {
	const header = 8 + 4 + 4 + 13 + 4 // signature; length, type, content and checksum of IHDR
	chunks := append(textChunk("Title", title), textChunk("Description", description)...)
	return slices.Concat(img[:header], chunks, img[header:])
}

// textChunk is an iTXt chunk: keyword, not compressed, language, translated keyword,
// text in UTF-8.
func textChunk(keyword, text string) []byte {
	body := "iTXt" + keyword + "\x00\x00\x00en\x00\x00" + text
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)-4))
	b = append(b, body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(body)))
}
