import type { HeaderCode } from './header-code.ts';

export function goHeader({ salt, steps, vectors }: HeaderCode): string {
  return `package main

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// canaryBucket is the value of the header x-canary-bucket for a user: MurmurHash3 of salt, colon and user, from 0 to ${steps - 1}.
func canaryBucket(user string) uint64 {
	data := []byte(${salt} + ":" + user)
	scrambled := func(block uint32) uint32 {
		return bits.RotateLeft32(block*0xcc9e2d51, 15) * 0x1b873593
	}
	var hash uint32
	whole := len(data) - len(data)%4
	for at := 0; at < whole; at += 4 {
		hash = bits.RotateLeft32(hash^scrambled(binary.LittleEndian.Uint32(data[at:])), 13)*5 + 0xe6546b64
	}
	var tail uint32
	for at := len(data) - 1; at >= whole; at-- {
		tail = tail<<8 | uint32(data[at])
	}
	hash ^= scrambled(tail) ^ uint32(len(data))
	hash = (hash ^ hash>>16) * 0x85ebca6b
	hash = (hash ^ hash>>13) * 0xc2b2ae35
	return uint64(hash^hash>>16) * ${steps} >> 32
}

func main() {
	for user, bucket := range map[string]uint64{${vectors.map(([user, bucket]) => `${user}: ${bucket}`).join(', ')}} {
		if canaryBucket(user) != bucket {
			panic(fmt.Sprint(user, canaryBucket(user), bucket))
		}
	}
}
`;
}
