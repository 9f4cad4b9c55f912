import type {Labels} from '../kube/selector.js'
import type {Configured} from './config-object.js'

/** What a policy applies to; `selector` is undefined when it has none, and empty when it selects by no label. */
export interface PolicyScope extends Configured {
  readonly selector?: Labels
  /** Set when the policy has one targetRef. */
  readonly targetRef: boolean
  readonly targetRefs: readonly {readonly kind: string; readonly name: string; readonly group: string}[]
}

/** One `source` of an AuthorizationPolicy rule. */
export interface SourceNamespaces {
  readonly values: readonly string[]
  readonly negated: boolean
  readonly path: string
}

/** An AuthorizationPolicy (security.istio.io). */
export interface AuthorizationConfig extends PolicyScope {
  readonly action: string
  readonly namespaces: readonly SourceNamespaces[]
}

/** A Telemetry (telemetry.istio.io). */
export interface TelemetryConfig extends PolicyScope {
  /** One per entry of accessLogging. */
  readonly accessLogging: readonly {
    readonly providers: readonly string[]
    readonly disabled: boolean
    readonly path: string
    /** The CEL expression of its filter. */
    readonly expression?: string
  }[]
  readonly tracingProviders: readonly {readonly name: string; readonly path: string}[]
}

/** A condition of an object's status. */
export interface StatusCondition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly path: string
}
