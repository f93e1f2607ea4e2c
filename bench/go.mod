module github.com/terra-go/terra/bench

go 1.26

require github.com/terra-go/terra v0.0.0

replace github.com/terra-go/terra => ../
