// A shared library that exports no descriptor.
extern "C" int broken_no_descriptor() {
    return 0;
}
