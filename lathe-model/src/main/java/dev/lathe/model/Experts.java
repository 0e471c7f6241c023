package dev.lathe.model;

import dev.lathe.tensor.DenseProduct;
import dev.lathe.tensor.Dispatch;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Residual;
import dev.lathe.tensor.RouterBalance;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A mixture of experts (Shazeer et al. 2017, arXiv:1701.06538): each token goes through the few experts its router
 * chooses. Tokens are sorted by expert, so an expert costs one product over its own rows and nothing for others.
 */
final class Experts implements Sublayer {
    private final int layer;
    private final ExpertsSpec spec;
    private final int hidden;
    private final Operand router;
    private final Optional<Operand> routerBias;
    private final float[] choiceBias;
    private final ExpertStack stack;
    private final Optional<SharedExpert> shared;

    private Experts(
            int layer,
            DecoderSpec spec,
            Operand router,
            Optional<Operand> routerBias,
            float[] choiceBias,
            ExpertStack stack,
            Optional<SharedExpert> shared) {
        this.layer = layer;
        this.spec = spec.experts().orElseThrow();
        this.hidden = spec.hidden();
        this.router = router;
        this.routerBias = routerBias;
        this.choiceBias = choiceBias;
        this.stack = stack;
        this.shared = shared;
    }

    static Experts of(DecoderSpec spec, Modules modules, int layer) {
        ExpertsSpec experts = spec.experts().orElseThrow();
        String router = spec.names().of(layer, Slot.ROUTER);
        int count = experts.count();
        return new Experts(
                layer,
                spec,
                modules.tensor(router + ".weight", count, spec.hidden()),
                spec.is(Trait.ROUTER_BIAS) ? Optional.of(modules.tensor(router + ".bias", count)) : Optional.empty(),
                spec.is(Trait.SIGMOID_ROUTER)
                        ? modules.constant(router + ".e_score_correction_bias", count)
                                .toFloats()
                        : new float[0],
                ExpertStack.of(spec, modules, layer),
                experts.shared() > 0 ? Optional.of(SharedExpert.of(spec, modules, layer)) : Optional.empty());
    }

    @Override
    public Tensor apply(Pass pass, Tensor x) {
        Tape tape = pass.tape();
        Tensor product = DenseProduct.apply(tape, x, router);
        Tensor logits = routerBias
                .map(bias -> DenseProduct.addBias(tape, product, bias))
                .orElse(product);
        int[] chosen =
                spec.choice().choose(spec.weights().scores(logits).toFloats(), choiceBias, spec.count(), spec.active());
        Tensor pulled = pass.routers()
                .map(routers -> {
                    routers.routed(layer, logits, chosen);
                    return RouterBalance.apply(tape, logits, routers.counted(), routers::pull);
                })
                .orElse(logits);
        Tensor index = Tensors.indices(chosen).reshape(x.size(0), spec.active());
        Tensor weights = spec.weights().apply(tape, pulled, index, x.dtype());
        Dispatch dispatch = Dispatch.of(chosen, spec.active(), spec.count());
        List<Tensor> rows = dispatch.split(tape, x);
        List<Optional<Tensor>> results = new ArrayList<>();
        for (int expert = 0; expert < spec.count(); expert++) {
            Tensor given = rows.get(expert);
            results.add(given.size(0) == 0 ? Optional.empty() : Optional.of(stack.apply(pass, given, expert)));
        }
        Tensor mixed = dispatch.join(tape, results, weights, hidden);
        return shared.map(expert -> Residual.add(tape, mixed, expert.apply(pass, x)))
                .orElse(mixed);
    }

    @Override
    public boolean isTrained() {
        return router.isTrained()
                || routerBias.map(Operand::isTrained).orElse(false)
                || stack.isTrained()
                || shared.map(SharedExpert::isTrained).orElse(false);
    }
}
