package io.stentor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;

/// One service for people: what it says, where it is reached, who stands behind it, what is wrong.
record ServiceReport(JsonNode service) {

    void print(PrintWriter out) {
        head().print(out);
        out.println();
        frontends().print(out);
        out.println();
        if (service.path("backends").isEmpty()) {
            out.println("No backends.");
        } else {
            backends().print(out);
        }
        if (!service.path("problems").isEmpty()) {
            out.println();
            out.println("Problems:");
            service.path("problems")
                    .forEach(problem -> out.println("  " + cell(problem, "field") + ": " + cell(problem, "reason")));
        }
    }

    private TextTable head() {
        TextTable head = new TextTable()
                .add("Service:", cell(service, "namespace") + "/" + cell(service, "name"))
                .add("Created:", cell(service, "created"))
                .add("Inside:", "internalTrafficPolicy " + cell(service, "internalTrafficPolicy"))
                .add("Outside:", "externalTrafficPolicy " + cell(service, "externalTrafficPolicy"));
        add(head, "Affinity:", "affinitySeconds", "ClientIP, for ", " s");
        add(head, "Source ranges:", "allowedRanges", "only ", "");
        add(head, "Source ranges:", "deniedRanges", "all but ", "");
        add(head, "Health check:", "healthCheckNodePort", "node port ", "");
        return head;
    }

    private void add(TextTable head, String title, String field, String before, String after) {
        if (service.has(field)) {
            head.add(title, before + cell(service, field) + after);
        }
    }

    private TextTable frontends() {
        TextTable table = new TextTable("ID", "FRONTEND", "TYPE", "STATE");
        service.path("frontends")
                .forEach(row -> table.add(
                        cell(row, "id"),
                        cell(row, "frontend") + "/" + cell(row, "protocol"),
                        cell(row, "type"),
                        cell(row, "state")));
        return table;
    }

    private TextTable backends() {
        TextTable table =
                new TextTable("ID", "PORT", "BACKEND", "STATE", "NODE", "ZONES", "POD", "FROM INSIDE", "FROM OUTSIDE");
        service.path("backends")
                .forEach(row -> table.add(
                        cell(row, "id"),
                        cell(row, "port"),
                        cell(row, "backend") + "/" + cell(row, "protocol"),
                        cell(row, "state"),
                        cell(row, "node"),
                        cell(row, "zones"),
                        cell(row, "pod"),
                        cell(row, "inside"),
                        cell(row, "outside")));
        return table;
    }

    private static String cell(JsonNode row, String field) {
        return TextTable.text(row.path(field));
    }
}
