internal import LinuxKernel
internal import Synchronization

/// Work that is done at the same time and told in order.
enum InOrder {
    /// Calls `body` for each item, several at once on threads of their own, and `tell` for each result, one after the
    /// other in the order of the items, as soon as those before it are told.
    static func run<Item: Sendable, Result: Sendable>(
        _ items: [Item], workers: Int, _ body: @escaping @Sendable (Item) -> Result, _ tell: @escaping (Result) -> Void
    ) {
        let next = Mutex(0)
        let results = Mutex((waiting: [Int: Result](), told: 0))
        let worker = {
            while true {
                let index = next.withLock { index in
                    defer { index += 1 }
                    return index
                }
                guard index < items.count else { return }
                let result = body(items[index])
                results.withLock { results in
                    results.waiting[index] = result
                    while let ready = results.waiting.removeValue(forKey: results.told) {
                        tell(ready)
                        results.told += 1
                    }
                }
            }
        }
        NamespaceThread.concurrently(Array(repeating: worker, count: min(workers, items.count)))
    }
}
