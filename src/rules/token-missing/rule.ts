import {defineRule, PAGES} from '../rule.js'

/** What the agent logs when its token file cannot be read, and once it has a certificate (messages of pilot-agent). */
const REFUSED = /failed to (fetch|get) token|Missing JWT/
const RECOVERED = /generated new workload certificate/

export const rule = defineRule({
  code: 'MCT1008',
  slug: 'token-missing',
  aliases: [],
  severity: 'error',
  title: 'Agent has no token for istiod',
  why: 'The agent authenticates to istiod with a service account token: without it, it gets no certificate and no configuration, and the sidecar never becomes ready.',
  fix: 'Check that istio-proxy mounts the volume istio-token and may read it, and that the API server issues tokens for the audience istio-ca; automountServiceAccountToken: false is not the cause. On clusters that cannot issue them: install with values.global.jwtPolicy=first-party-jwt.',
  references: ['https://istio.io/latest/docs/ops/best-practices/security/', PAGES.injecting],
  modes: ['sidecar', 'gateway', 'waypoint'],
  needs: ['proxyLog'],
  check: (_workload, {proxyLog}) => {
    const lines = proxyLog.split('\n')
    const last = lines.findLastIndex(line => REFUSED.test(line))
    if (last < 0 || lines.slice(last).some(line => RECOVERED.test(line))) return []
    const text = (lines[last] ?? '').trim()
    const why = /permission denied/.test(text)
      ? 'permission denied'
      : /no such file/.test(text)
        ? 'the file does not exist'
        : 'see the log'
    return [
      {
        message: `The agent cannot read its token: ${why}.`,
        proof: [{from: 'log of istio-proxy', text}],
      },
    ]
  },
})
