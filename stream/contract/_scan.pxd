# What the compiled lives (stream/floor/_lives.pyx) take from the scanner.

from cpython.object cimport PyObject
from libc.stdint cimport uint32_t, uint64_t
from libc.string cimport memcpy

cdef enum:
    SCORES = 8
    # The number of a name that is not there, and of a channel.
    NOBODY = 0
    NO_CHANNEL = 255


cdef struct Span:
    const char* start
    Py_ssize_t length


cdef inline uint64_t hash_of(const Span* span) noexcept:
    """A hash for tables of names and contacts; two that collide only cost a comparison."""
    cdef uint64_t hash_ = 0x9E3779B97F4A7C15ULL ^ <uint64_t>span.length
    cdef uint64_t word
    cdef const char* at = span.start
    cdef Py_ssize_t left = span.length
    while left >= 8:
        memcpy(&word, at, 8)
        hash_ = (hash_ ^ word) * 0xFF51AFD7ED558CCDULL
        hash_ ^= hash_ >> 32
        at += 8
        left -= 8
    word = 0
    memcpy(&word, at, left)
    hash_ = (hash_ ^ word) * 0xC4CEB9FE1A85EC53ULL
    return hash_ ^ (hash_ >> 29)


# One event. The spans lie in bytes that its `Rows` keep. Queue, agent and team are numbers of
# names (`number_of`, `name_of`); of an agent's own events `agent` is the subject. Scores are -1
# where there is none; `reason`, `queues` and `data` are NULL.
cdef struct Row:
    long long micros
    uint64_t subject_hash
    # Of subject, source and id together.
    uint64_t mark_hash
    Span subject
    Span source
    Span id
    uint32_t queue
    uint32_t agent
    uint32_t team
    unsigned char kind
    unsigned char channel
    unsigned char state
    bint to_agent
    signed char scores[SCORES]
    PyObject* reason
    PyObject* queues
    PyObject* data


cdef class Rows:
    cdef Py_ssize_t count
    cdef Row* row
    cdef readonly object places
    cdef readonly list rejected
    # How many names were told as one in it, for there were too many.
    cdef readonly long long refused
    cdef list _kept


cdef long long _time_of(const Span* text) except? -1
cdef void hash_mark(Row* row) noexcept
cdef uint32_t number_of(object name) except? 0
cdef str name_of(uint32_t number)
cdef str text_of(const Span* span)
