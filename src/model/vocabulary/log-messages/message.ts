/** Who wrote a line of a log. */
export type LogWriter =
  | 'pilot-agent'
  | 'Envoy'
  | 'istiod'
  | 'istio-cni'
  | 'ztunnel'
  | 'Kubernetes'
  | 'istio-init'
  | 'the kernel'
  | 'a client'
  | 'another mesh'

/** A message by the words that make it recognisable, what it means, what to do, and the page or source file the fact comes from. */
export type LogMessage = readonly [words: RegExp, meaning: string, next: string, source: string]
