import {defineRule, type Found} from '../rule.js'

const DAY_MS = 86_400_000
/** The agent renews at half of the lifetime; with less than a quarter left, renewal failed. */
const OVERDUE_SHARE = 0.25

export const rule = defineRule({
  code: 'MCT1905',
  slug: 'certificate-expiry',
  aliases: [],
  severity: 'error',
  title: 'Proxy certificate expired or is not being renewed',
  why: 'Connections that use an expired certificate fail; a workload certificate not renewed at half of its lifetime means that the connection to the CA is broken.',
  fix: "Check the sidecar's log for signing errors, and its connection to istiod; an expiring root requires a planned rotation.",
  references: ['https://istio.io/latest/docs/ops/common-problems/security-issues/'],
  modes: ['sidecar', 'gateway', 'waypoint'],
  outsideKubernetes: true,
  needs: ['certificates'],
  parameters: {
    rootDays: {
      type: 'number',
      min: 0,
      max: 3650,
      default: 30,
      about: 'report a root certificate this many days before it expires',
    },
  },
  check: (_workload, {certificates: {all, at}}, {rootDays}) => {
    const roots = all.filter(({role, ofMesh}) => role === 'trusted' && ofMesh)
    const sound = roots.some(
      ({validFrom, validTo}) => Date.parse(validFrom) <= at.getTime() && at.getTime() < Date.parse(validTo),
    )
    // Envoy also trusts the CA bundle of the operating system when a DestinationRule asks for TLS: its roots do not concern the mesh.
    return all
      .filter(({role, ofMesh}) => role === 'own' || ofMesh)
      .flatMap((certificate): Found[] => {
        const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)]
        if (Number.isNaN(from) || Number.isNaN(to)) return []
        const left = to - at.getTime()
        const name =
          certificate.role === 'own'
            ? `The certificate of ${certificate.names[0] ?? 'the proxy'}`
            : 'A root certificate of the mesh'
        const proof = [
          {
            from: `Envoy's /certs, serial ${certificate.serial}`,
            text: `valid ${certificate.validFrom} to ${certificate.validTo}`,
          },
        ]
        if (left <= 0 && certificate.role === 'trusted' && sound) {
          const message = `${name} expired at ${certificate.validTo}; the proxy trusts another one that is valid.`
          return [{severity: 'info', message, proof}]
        }
        if (left <= 0) return [{severity: 'error', message: `${name} expired at ${certificate.validTo}.`, proof}]
        if (from > at.getTime())
          return [{severity: 'error', message: `${name} is not valid before ${certificate.validFrom}.`, proof}]
        if (certificate.role === 'trusted') {
          if (left >= rootDays * DAY_MS) return []
          return [
            {
              severity: 'warning',
              message: `${name} expires in ${Math.floor(left / DAY_MS)} days, at ${certificate.validTo}.`,
              proof,
            },
          ]
        }
        if (left / (to - from) >= OVERDUE_SHARE) return []
        return [
          {
            severity: 'warning',
            message: `${name} expires at ${certificate.validTo} and should have been renewed by now.`,
            proof,
          },
        ]
      })
  },
})
