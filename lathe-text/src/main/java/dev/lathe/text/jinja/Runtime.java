package dev.lathe.text.jinja;

import java.time.Clock;

/** What functions need of the rendering they run in. */
record Runtime(Budget budget, Clock clock) {}
