/** What was measured, as a table, as JSON, beside another measurement, and as a row of a history. */
@NullMarked
package dev.lathe.bench.report;

import org.jspecify.annotations.NullMarked;
