/// One environment variable (core/v1 EnvVar).
package struct EnvVar: Codable, Hashable, Sendable {
    package var name: String
    package var value: String?
    package var valueFrom: EnvVarSource?

    package init(name: String, value: String? = nil, valueFrom: EnvVarSource? = nil) {
        self.name = name
        self.value = value
        self.valueFrom = valueFrom
    }
}

/// Where a variable's value comes from (core/v1 EnvVarSource).
package struct EnvVarSource: Codable, Hashable, Sendable {
    package var fieldRef: ObjectFieldSelector?
    package var resourceFieldRef: JSONValue?
    package var configMapKeyRef: KeySelector?
    package var secretKeyRef: KeySelector?

    package init(
        fieldRef: ObjectFieldSelector? = nil, resourceFieldRef: JSONValue? = nil,
        configMapKeyRef: KeySelector? = nil, secretKeyRef: KeySelector? = nil
    ) {
        self.fieldRef = fieldRef
        self.resourceFieldRef = resourceFieldRef
        self.configMapKeyRef = configMapKeyRef
        self.secretKeyRef = secretKeyRef
    }
}

/// A field of the pod itself, such as `status.podIP` (core/v1 ObjectFieldSelector).
package struct ObjectFieldSelector: Codable, Hashable, Sendable {
    package var apiVersion: String?
    package var fieldPath: String

    package init(apiVersion: String? = nil, fieldPath: String) {
        self.apiVersion = apiVersion
        self.fieldPath = fieldPath
    }
}

/// A key of a ConfigMap or Secret (core/v1 ConfigMapKeySelector, SecretKeySelector).
package struct KeySelector: Codable, Hashable, Sendable {
    package var name: String?
    package var key: String
    package var optional: Bool?

    package init(name: String? = nil, key: String, optional: Bool? = nil) {
        self.name = name
        self.key = key
        self.optional = optional
    }
}

/// Every key of a ConfigMap or Secret as variables (core/v1 EnvFromSource).
package struct EnvFromSource: Codable, Hashable, Sendable {
    package var prefix: String?
    package var configMapRef: EnvFromReference?
    package var secretRef: EnvFromReference?

    package init(prefix: String? = nil, configMapRef: EnvFromReference? = nil, secretRef: EnvFromReference? = nil) {
        self.prefix = prefix
        self.configMapRef = configMapRef
        self.secretRef = secretRef
    }
}

/// The object that gives the variables (core/v1 ConfigMapEnvSource, SecretEnvSource).
package struct EnvFromReference: Codable, Hashable, Sendable {
    package var name: String?
    package var optional: Bool?

    package init(name: String? = nil, optional: Bool? = nil) {
        self.name = name
        self.optional = optional
    }
}
