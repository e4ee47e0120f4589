package main

type htmlCmd struct{}
