package dev.lathe.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.duckdb.DuckDBDriver;

/**
 * The rows of a Parquet file, through DuckDB, which hands each over as a JSON object: nested columns, dates and decimals
 * then need no code here. Loading DuckDB takes about a second, once, and only where a Parquet file is read.
 */
final class ParquetRows implements RowReader {
    private final Path file;
    private final Connection connection;
    private final ResultSet rows;
    private final long all;
    private final long bytes;
    private long count;

    ParquetRows(Path file) {
        this.file = file;
        if (file.toString().matches(".*[*?\\[\\]{}].*")) {
            throw new UserError(
                    "%s: a Parquet file's name must not hold any of * ? [ ] { }: rename it".formatted(file));
        }
        Connection opened = connect();
        try {
            this.connection = opened;
            this.all = count(opened);
            this.rows = query(opened, "SELECT to_json(r)::VARCHAR FROM read_parquet(?) r");
            this.bytes = Files.size(file);
        } catch (SQLException | IOException e) {
            closed(opened, e);
            throw broken(e);
        }
    }

    private static Connection connect() {
        Properties settings = new Properties();
        settings.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true"); // or the whole file would lie in memory
        settings.setProperty("threads", "1"); // in the order of the file
        settings.setProperty("autoinstall_known_extensions", "false");
        settings.setProperty("autoload_known_extensions", "false");
        try {
            return new DuckDBDriver().connect("jdbc:duckdb:", settings);
        } catch (SQLException e) {
            throw new UserError("DuckDB, which reads Parquet files, could not be started: " + e.getMessage(), e);
        }
    }

    private long count(Connection opened) throws SQLException {
        try (ResultSet answer = query(opened, "SELECT count(*) FROM read_parquet(?)")) {
            answer.next();
            return answer.getLong(1);
        }
    }

    private ResultSet query(Connection opened, String sql) throws SQLException {
        PreparedStatement statement = opened.prepareStatement(sql);
        statement.closeOnCompletion();
        statement.setString(1, file.toString());
        return statement.executeQuery();
    }

    @Override
    public Optional<RawRow> next() {
        try {
            if (!rows.next()) {
                return Optional.empty();
            }
            count++;
            return Optional.of(new RawRow(Place.row(file, count), cells(rows.getString(1))));
        } catch (SQLException | IOException e) {
            throw broken(e);
        }
    }

    private static Map<String, Cell> cells(String json) throws IOException {
        try (JsonParser parser = Json.MAPPER.getFactory().createParser(json)) {
            parser.enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS.mappedFeature()); // DuckDB writes NaN
            parser.nextToken();
            return JsonCells.fields(parser);
        }
    }

    private UserError broken(Exception e) {
        String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return new UserError(
                "%s: no whole Parquet file (after row %d): %s; fetch or write it again".formatted(file, count, reason),
                e);
    }

    private static void closed(Connection opened, Exception reason) {
        try {
            opened.close();
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }

    /** A share of the file, as its rows go: what DuckDB really has read is not told. */
    @Override
    public long bytesRead() {
        return all == 0 ? bytes : (long) ((double) bytes * count / all);
    }

    @Override
    public void close() throws IOException {
        try {
            rows.close();
            connection.close();
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }
}
