package dev.lathe.model;

/**
 * Latent attention (DeepSeek-AI 2024, arXiv:2405.04434): keys and values of all heads come out of one narrow vector.
 *
 * @param queryRank width of the vector that queries come out of; 0 when they come out of the input
 * @param rank width of the vector of keys and values
 * @param rotated width of the part of a head that is rotated, {@code still} of the rest
 * @param valueDim width of a value
 */
public record LatentSpec(int queryRank, int rank, int rotated, int still, int valueDim) {}
