# The district chooses another service and goes there.
A 2025-09-02 09:00 case_opened; district=Otter Creek
A 2025-09-02 09:10 leader_agreed; seat=superintendent; name=Rosa Amari
A 2025-09-02 09:20 leader_agreed; seat=union_president; name=Ben Castellan
A 2025-09-02 09:30 leader_agreed; seat=school_committee; name=Tola Okafor; office=chair
A 2025-09-09 16:00 meeting_held; representative=Noor Lindqvist; present=Rosa Amari; topics=interests,services,next_steps
A 2025-09-09 16:10 service_chosen; service=conflict_resolution
A 2025-09-09 16:20 case_referred; to=conflict_resolution
