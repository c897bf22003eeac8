package io.stentor.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;

/// A tar.gz (the `ustar` format of POSIX) of text files, for root alone.
final class Archive implements AutoCloseable {
    private static final int BLOCK = 512;
    private static final int NAME = 100;

    private final OutputStream out;
    private final String folder;
    private final Instant time;

    /// @param folder that all files are in
    /// @throws IOException also if the file is there: nobody's archive is written over
    Archive(Path file, String folder, Instant time) throws IOException {
        FileAttribute<?> mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.createFile(file, mode);
        this.out = new GZIPOutputStream(Files.newOutputStream(file, StandardOpenOption.WRITE));
        this.folder = folder;
        this.time = time;
    }

    void add(String name, String text) throws IOException {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        out.write(header(folder + "/" + name, content.length));
        out.write(content);
        out.write(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    private byte[] header(String name, int size) {
        byte[] header = new byte[BLOCK];
        String fits = name.length() < NAME ? name : name.substring(0, NAME - 1);
        put(header, 0, fits);
        put(header, 100, "0000600\0");
        put(header, 108, "0000000\0");
        put(header, 116, "0000000\0");
        put(header, 124, String.format(Locale.ROOT, "%011o\0", size));
        put(header, 136, String.format(Locale.ROOT, "%011o\0", time.getEpochSecond()));
        put(header, 148, "        ");
        put(header, 156, "0");
        put(header, 257, "ustar\00000");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
        return header;
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    @Override
    public void close() throws IOException {
        try (out) {
            out.write(new byte[2 * BLOCK]);
        }
    }
}
