package main

type calendarCmd struct{}
