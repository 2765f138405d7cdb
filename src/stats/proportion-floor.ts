/**
 * What is added to the squared standard error of a difference of proportions, 4 m_w / n^2: as if two more clusters of
 * average weight had disagreed, one in each direction. The plug-in variance goes to zero with the events, and without this
 * floor no event would read as proof that there are none (the idea of Agresti and Coull 1998, with the design effect of users).
 * @param clusterSize request-weighted cluster size m_w.
 * @param requests number of requests n, above 0.
 */
export function proportionFloor(clusterSize: number, requests: number): number {
  return (4 * clusterSize) / (requests * requests);
}
