package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/// Objects for tests, from YAML.
public final class Objects {

    private Objects() {}

    public static ObjectNode yaml(String text) {
        return (ObjectNode) Body.yaml(text.getBytes(StandardCharsets.UTF_8));
    }

    static ObjectNode configMap(String name, String value) {
        return yaml("{metadata: {namespace: default, name: " + name + "}, data: {k: \"" + value + "\"}}");
    }

    public static final String WIDGETS = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: widgets.example.io}
            spec:
              group: example.io
              names: {kind: Widget, plural: widgets, shortNames: [wd]}
              scope: Namespaced
              versions:
              - name: v1
                served: true
                storage: true
                subresources:
                  status: {}
                  scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}
                additionalPrinterColumns:
                - {name: Size, type: integer, jsonPath: .spec.size}
                - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
                - {name: Color, type: string, jsonPath: .spec.color, priority: 1}
                - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
                schema:
                  openAPIV3Schema:
                    type: object
                    required: [spec]
                    properties:
                      spec:
                        type: object
                        required: [size]
                        properties:
                          size: {type: integer, minimum: 1, maximum: 10}
                          replicas: {type: integer, default: 2}
                          color: {type: string, enum: [red, blue], default: red}
                          name: {type: string, pattern: '^[a-z]+$', maxLength: 5}
                          port: {x-kubernetes-int-or-string: true}
                          cidr: {type: string, format: cidr}
                          list:
                            type: array
                            maxItems: 2
                            x-kubernetes-list-type: map
                            x-kubernetes-list-map-keys: [k]
                            items: {type: object, required: [k], properties: {k: {type: string}, v: {type: string, default: x}}}
                          map: {type: object, additionalProperties: {type: integer}}
                          free: {type: object, x-kubernetes-preserve-unknown-fields: true}
                          one: {type: object, properties: {a: {type: string}, b: {type: string}}, oneOf: [{required: [a]}, {required: [b]}]}
                        x-kubernetes-validations: [{rule: "self.size > 0"}]
                      status: {type: object, x-kubernetes-preserve-unknown-fields: true}
              - name: v1alpha1
                served: true
                storage: false
                schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """;

    static final Resource WIDGET = new Resource("example.io", "v1", "widgets");
}
