module homeroom/bench/fanout/load

go 1.22
