module github.com/terra-go/terra

go 1.26
