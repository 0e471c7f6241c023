/**
 * Jinja as chat templates use it: Jinja2's language with trim_blocks, lstrip_blocks, loop controls and transformers'
 * additions, for templates that come from anywhere. A template sees the values it was given and nothing of Java.
 */
@NullMarked
package dev.lathe.text.jinja;

import org.jspecify.annotations.NullMarked;
