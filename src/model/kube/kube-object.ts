/** A Kubernetes object as received: unknown fields are kept, only the metadata is typed. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly [field: string]: unknown
  }
  readonly [field: string]: unknown
}

/** The pod to report on; `implied` if the input is a single proxy and none was named. */
export interface PodRef {
  readonly namespace: string
  readonly name: string
  readonly implied?: boolean
}

/** `name.namespace`, the short form istioctl users know. */
export function podLabel(pod: PodRef): string {
  return pod.namespace === '' ? pod.name : `${pod.name}.${pod.namespace}`
}

/** A pod's object as sources name the pod; without a namespace it is the API's default one. */
export function podRefOf({metadata}: KubeObject): PodRef {
  return {namespace: metadata.namespace ?? 'default', name: metadata.name}
}
