# The application is declined.
A 2025-09-02 09:00 case_opened; district=Otter Creek
A 2025-09-02 09:10 leader_agreed; seat=superintendent; name=Rosa Amari
A 2025-09-02 09:20 leader_agreed; seat=union_president; name=Ben Castellan
A 2025-09-02 09:30 leader_agreed; seat=school_committee; name=Tola Okafor; office=chair
A 2025-09-09 16:00 meeting_held; representative=Noor Lindqvist; present=Rosa Amari; topics=interests,services,next_steps
A 2025-09-09 16:10 service_chosen; service=ibbi
A 2025-09-10 09:00 member_named; party=labor; member=castellan:Ben Castellan
A 2025-09-10 09:01 member_named; party=management; member=amari:Rosa Amari
A 2025-09-10 09:02 attendance_pledged; party=labor; member=castellan
A 2025-09-10 09:03 attendance_pledged; party=management; member=amari
A 2025-09-15 09:00 application_declined; reason=two letters are missing
