package dev.lathe.model;

import dev.lathe.tensor.Activation;

/**
 * @param intermediate width between the products
 * @param bias whether they have one
 */
record MlpSpec(int intermediate, Activation activation, boolean bias) {}
