/** Weight files: safetensors and GGUF, mapped and never loaded through the heap; their headers are not trusted. */
@NullMarked
package dev.lathe.model.file;

import org.jspecify.annotations.NullMarked;
