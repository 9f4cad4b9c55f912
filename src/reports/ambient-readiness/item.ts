/** What happens to an object when its namespace moves from sidecars to ambient mode. */
export type ReadinessEffect = 'breaks' | 'waypoint' | 'changes'

/** The pages of istio.io a statement rests on, below https://istio.io/latest/docs/. */
const READINESS_DOCS = {
  policies: 'ambient/migrate/migrate-policies/',
  before: 'ambient/migrate/before-you-begin/',
  l4: 'ambient/usage/l4-policy/',
  l7: 'ambient/usage/l7-features/',
  waypoint: 'ambient/usage/waypoint/',
  networkPolicy: 'ambient/usage/networkpolicy/',
  add: 'ambient/usage/add-workloads/',
  platform: 'ambient/install/platform-prerequisites/',
  redirection: 'ambient/architecture/traffic-redirection/',
  peer: 'reference/config/security/peer_authentication/',
} as const

export type ReadinessDoc = keyof typeof READINESS_DOCS

/** One object and what happens to it. */
export interface ReadinessItem {
  readonly effect: ReadinessEffect
  /** `Kind namespace/name`. */
  readonly object: string
  readonly field?: string
  /** What changes, in one sentence. */
  readonly message: string
  /** What to do before the migration. */
  readonly fix: string
  readonly doc: ReadinessDoc
}

/** The address of the page an item rests on. */
export function readinessDocUrl(doc: ReadinessDoc): string {
  return `https://istio.io/latest/docs/${READINESS_DOCS[doc]}`
}
