# C types of _seen.pyx.

from libc.stdint cimport uint64_t

from stream.contract._scan cimport Row


cdef struct Slot:
    uint64_t hash
    # Where in the texts the mark begins, plus one: 0 is an empty slot.
    uint64_t place


# Marks in one block of memory, found by a table of open addressing.
cdef struct Marks:
    Slot* slots
    uint64_t mask
    Py_ssize_t count
    char* texts
    uint64_t used
    uint64_t room


cdef class Seen:
    cdef Marks _young
    cdef Marks _old
    cdef long long _young_latest
    cdef long long _old_latest
    cdef readonly long long cut_short
    cdef Py_ssize_t _half

    cdef bint is_copy(self, const Row* row, long long newest) except -1
    cdef void expect(self, const Row* row) noexcept
