module homeroom/bench/load

go 1.22
