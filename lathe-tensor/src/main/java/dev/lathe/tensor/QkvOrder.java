package dev.lathe.tensor;

/**
 * Puts the columns of a projection into the order that attention reads: all queries, all keys, all values, and within a
 * head the two halves that rotate together. Checkpoints have other orders: the query heads of a key head next to it
 * (GPT-NeoX, InternLM 2), pairs that rotate next to each other (Cohere, GLM-4). What is computed is the same, as every
 * head is reordered alike. One copy each way.
 *
 * @param grouped whether, for each key head, its query heads, key and value stand together
 * @param paired how many dimensions at a head's start rotate as neighbouring pairs; 0 for none
 */
public record QkvOrder(int heads, int keyHeads, int headDim, boolean grouped, int paired) {
    /** qkv, result: [tokens, (heads + 2 · keyHeads) · headDim]. */
    public Tensor apply(Tape tape, Tensor qkv) {
        if (!moves()) {
            return qkv;
        }
        Tensor y = Tensors.empty(qkv.dtype(), qkv.shape());
        move(qkv, y, false);
        if (tape.needs(qkv)) {
            tape.record(y, dy -> {
                Tensor gradient = Tensors.empty(dy.dtype(), dy.shape());
                move(gradient, dy, true);
                tape.add(qkv, gradient);
            });
        }
        return y;
    }

    /** Whether the checkpoint's order is another one. */
    public boolean moves() {
        return grouped || paired > 0;
    }

    /** From the checkpoint's order to attention's, or back. */
    private void move(Tensor stored, Tensor plain, boolean back) {
        RowShares.run(stored.size(0), stored.size(1), (first, tokens) -> {
            Tensor from = stored.narrow(0, first, tokens).splitColumns(headDim); // [tokens, all heads, headDim]
            Tensor to = plain.narrow(0, first, tokens).splitColumns(headDim);
            int group = heads / keyHeads;
            for (int part = 0; part < 3; part++) {
                long count = part == 0 ? heads : keyHeads;
                Tensor target = to.narrow(1, part == 0 ? 0 : part == 1 ? heads : heads + keyHeads, count);
                Tensor source = grouped
                        ? from.reshape(tokens, keyHeads, group + 2, headDim)
                                .narrow(2, part == 0 ? 0 : group + part - 1, part == 0 ? group : 1)
                        : from.narrow(1, part == 0 ? 0 : part == 1 ? heads : heads + keyHeads, count);
                Tensor shaped = grouped ? split(target, 1, keyHeads) : target;
                copyHeads(source, shaped, part < 2, back);
            }
        });
    }

    private void copyHeads(Tensor stored, Tensor plain, boolean rotates, boolean back) {
        int last = stored.dimensions() - 1;
        int split = rotates ? paired : 0;
        if (split > 0) {
            Tensor halves = split(plain.narrow(last, 0, split), last, 2); // [..., 2, paired / 2]
            Tensor pairs = split(stored.narrow(last, 0, split), last, split / 2).transpose(last, last + 1);
            copy(pairs, halves, back);
        }
        if (split < headDim) {
            copy(stored.narrow(last, split, headDim - split), plain.narrow(last, split, headDim - split), back);
        }
    }

    /** Dimension {@code n} as {@code outer} × the rest, sharing memory. */
    private static Tensor split(Tensor x, int dimension, long outer) {
        return new Tensor(x.handle().unflatten(dimension, outer, -1L));
    }

    private static void copy(Tensor stored, Tensor plain, boolean back) {
        if (back) {
            stored.copyFrom(plain);
        } else {
            plain.copyFrom(stored);
        }
    }
}
