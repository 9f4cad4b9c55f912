import {defineRule} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1612',
  slug: 'ambient-evidence-disagrees',
  aliases: [],
  severity: 'error',
  title: 'Ambient pod is only partly set up',
  why: 'The annotation says that the pod is in ambient mode, and its kernel rules, its sockets or its ztunnel say otherwise: its connections fail, or bypass ztunnel in plaintext.',
  fix: 'Read the logs of istio-cni-node and ztunnel on the node of the pod, and recreate the pod; if ztunnel lacks it, check that ztunnel is connected to istiod (meshctl ps).',
  references: ['https://istio.io/latest/docs/ambient/usage/troubleshoot-ztunnel/'],
  modes: ['ambient'],
  needs: ['membership'],
  check: ({pod}, {membership: {disagreements, claims}}) =>
    pod.status?.phase !== 'Running' || pod.terminating
      ? []
      : disagreements.map(message => ({
          message: `${message.charAt(0).toUpperCase()}${message.slice(1)}`,
          proof: claims.map(({from, text}) => ({from, text})),
        })),
})
