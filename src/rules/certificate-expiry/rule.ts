import {defineRule, type Found} from '../rule.js'

const DAY_MS = 86_400_000
/** Certificates are renewed at half of their life; one with less than a quarter left was not. */
const LATE = 0.25

export const rule = defineRule({
  code: 'MCT1905',
  slug: 'certificate-expiry',
  aliases: [],
  severity: 'error',
  title: "The proxy's certificate has ended or is not renewed",
  why: 'With an ended certificate every mTLS connection from and to the pod fails; one that is not renewed by half of its life means that the way to the CA is broken.',
  fix: "Look for errors of signing in the sidecar's log and at the connection to istiod; a root that ends needs a planned rotation.",
  references: ['https://istio.io/latest/docs/ops/common-problems/security-issues/'],
  modes: ['sidecar', 'gateway', 'waypoint'],
  needs: ['certificates'],
  parameters: {
    rootDays: {
      type: 'number',
      min: 0,
      max: 3650,
      default: 30,
      about: 'days before its end from which on a root is reported',
    },
  },
  check: (_workload, {certificates: {all, at}}, {rootDays}) =>
    all.flatMap((certificate): Found[] => {
      const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)]
      if (Number.isNaN(from) || Number.isNaN(to)) return []
      const left = to - at.getTime()
      const name =
        certificate.role === 'own' ? `The certificate of ${certificate.names[0] ?? 'the proxy'}` : 'A trusted root'
      const proof = [
        {
          from: `Envoy's /certs, serial ${certificate.serial}`,
          text: `valid ${certificate.validFrom} to ${certificate.validTo}`,
        },
      ]
      if (left <= 0) return [{severity: 'error', message: `${name} ended at ${certificate.validTo}.`, proof}]
      if (from > at.getTime())
        return [{severity: 'error', message: `${name} is not valid before ${certificate.validFrom}.`, proof}]
      if (certificate.role === 'trusted') {
        if (left >= rootDays * DAY_MS) return []
        return [
          {
            severity: 'warning',
            message: `${name} ends in ${Math.floor(left / DAY_MS)} days, at ${certificate.validTo}.`,
            proof,
          },
        ]
      }
      if (left / (to - from) >= LATE) return []
      return [
        {
          severity: 'warning',
          message: `${name} ends at ${certificate.validTo} and should have been renewed by now.`,
          proof,
        },
      ]
    }),
})
