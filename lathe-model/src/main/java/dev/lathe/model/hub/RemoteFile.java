package dev.lathe.model.hub;

/**
 * A file as the hub describes it.
 *
 * @param etag the name of its content: sha256 of large files, git's sha1 of others; safe as a file name
 * @param size bytes
 */
record RemoteFile(String name, String etag, long size) {}
