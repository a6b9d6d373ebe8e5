# The school committee withdraws while the leaders are still being asked.
A 2025-09-02 09:00 case_opened; district=Otter Creek; contract_expires=2026-01-31
A 2025-09-02 09:10 leader_agreed; seat=superintendent; name=Rosa Amari
A 2025-09-05 09:00 note_added; text=A call from the chair.
A 2025-09-05 09:10 case_withdrawn; by=Tola Okafor; reason=an election comes first
