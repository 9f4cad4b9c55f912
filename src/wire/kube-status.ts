/** The used parts of a metav1.Status (k8s.io/apimachinery meta/v1 types.go). */
export interface KubeStatus {
  readonly success: boolean
  readonly message: string
  readonly reason: string
  readonly code?: number
  readonly continueToken?: string
  readonly retryAfterSeconds?: number
  readonly causes: readonly {readonly reason: string; readonly message: string}[]
}

/** Parses a Status object from JSON text; undefined for any other text. */
export function parseKubeStatus(text: string): KubeStatus | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  const status = record(json)
  if (status.status !== 'Success' && status.status !== 'Failure') return undefined
  const details = record(status.details)
  const token = record(status.metadata).continue
  const causes = Array.isArray(details.causes) ? details.causes.map(record) : []
  return {
    success: status.status === 'Success',
    message: textOf(status.message),
    reason: textOf(status.reason),
    causes: causes.map(cause => ({reason: textOf(cause.reason), message: textOf(cause.message)})),
    ...(typeof status.code === 'number' ? {code: status.code} : {}),
    ...(typeof token === 'string' && token !== '' ? {continueToken: token} : {}),
    ...(typeof details.retryAfterSeconds === 'number' ? {retryAfterSeconds: details.retryAfterSeconds} : {}),
  }
}

/**
 * The exit code a remote command's Status carries: 0 on success, the decimal text of the cause `ExitCode` otherwise.
 * The message differs between v4 and v5 (containerd and kubelet word it differently), so it is never read.
 */
export function execExitCode(status: KubeStatus): number | undefined {
  if (status.success) return 0
  if (status.reason !== 'NonZeroExitCode') return undefined
  const cause = status.causes.find(one => one.reason === 'ExitCode')
  return cause !== undefined && /^\d{1,3}$/.test(cause.message) ? Number(cause.message) : undefined
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
