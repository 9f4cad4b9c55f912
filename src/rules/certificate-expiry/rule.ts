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
  why: 'With an expired certificate every mTLS connection from and to the pod fails; a certificate not renewed at half of its lifetime means that the connection to the CA is broken.',
  fix: "Check the sidecar's log for signing errors, and its connection to istiod; an expiring root requires a planned rotation.",
  references: ['https://istio.io/latest/docs/ops/common-problems/security-issues/'],
  modes: ['sidecar', 'gateway', 'waypoint'],
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
  check: (_workload, {certificates: {all, at}}, {rootDays}) =>
    all.flatMap((certificate): Found[] => {
      const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)]
      if (Number.isNaN(from) || Number.isNaN(to)) return []
      const left = to - at.getTime()
      const name =
        certificate.role === 'own'
          ? `The certificate of ${certificate.names[0] ?? 'the proxy'}`
          : 'A trusted root certificate'
      const proof = [
        {
          from: `Envoy's /certs, serial ${certificate.serial}`,
          text: `valid ${certificate.validFrom} to ${certificate.validTo}`,
        },
      ]
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
    }),
})
