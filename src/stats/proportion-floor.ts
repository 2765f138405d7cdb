/**
 * What is added to the squared standard error of a difference of proportions, (2 d / n)^2: as if, beyond what was seen, four clusters of
 * d requests had an event each. The plug-in variance goes to zero with the events, and without this floor no event would read as
 * proof that there are none (the idea of Agresti and Coull 1998). Without a discordant pair d is the whole request-weighted cluster size m_w,
 * and a margin M is certified from about n = 5.6 m_w / M requests on.
 * @param designEffect how many requests count as one, at least 1.
 * @param requests number of requests n, above 0.
 */
export function proportionFloor(designEffect: number, requests: number): number {
  return ((2 * designEffect) / requests) ** 2;
}
