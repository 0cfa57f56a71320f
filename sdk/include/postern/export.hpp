#pragma once
// POSTERN_SDK marks what libpostern-sdk.so exports. It is the same on both sides: typeinfo of a class that crosses
// libraries must have default visibility wherever it is seen.
#define POSTERN_SDK __attribute__((visibility("default")))
